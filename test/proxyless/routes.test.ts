// P5: where calls go by their path and headers, with the clients that can be started here.

import t from 'tap'
import { ROUTES } from './rows/routes.ts'
import { testRows } from './test-rows.ts'

testRows(t, ROUTES)
