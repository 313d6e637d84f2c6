// The rows of crowd with the clients that can be started here.

import t from 'tap'
import { CROWD } from './rows/crowd.ts'
import { testRows } from './test-rows.ts'

testRows(t, CROWD)
