// P22: what clients say that they have, with the clients that can be started here.

import t from 'tap'
import { REPORTS } from './rows/reports.ts'
import { testRows } from './test-rows.ts'

testRows(t, REPORTS)
