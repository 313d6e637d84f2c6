// The rows of reports with the clients that can be started here.

import t from 'tap'
import { REPORTS } from './rows/reports.ts'
import { testRows } from './test-rows.ts'

testRows(t, REPORTS)
