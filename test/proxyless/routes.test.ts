// The rows of routes with the clients that can be started here.

import t from 'tap'
import { ROUTES } from './rows/routes.ts'
import { testRows } from './test-rows.ts'

testRows(t, ROUTES)
