// The rows of start-and-balance with the clients that can be started here.

import t from 'tap'
import { START_AND_BALANCE } from './rows/start-and-balance.ts'
import { testRows } from './test-rows.ts'

testRows(t, START_AND_BALANCE)
