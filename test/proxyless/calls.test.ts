// The rows of calls with the clients that can be started here.

import t from 'tap'
import { CALLS } from './rows/calls.ts'
import { testRows } from './test-rows.ts'

testRows(t, CALLS)
