// P1, P2 and P6: start, balance, and follow the document, with the clients that can be started here.

import t from 'tap'
import { START_AND_BALANCE } from './rows/start-and-balance.ts'
import { testRows } from './test-rows.ts'

testRows(t, START_AND_BALANCE)
