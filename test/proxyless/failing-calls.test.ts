// P9 and P11: faults on purpose, and endpoints that fail, with the clients that can be started here.

import t from 'tap'
import { FAILING_CALLS } from './rows/failing-calls.ts'
import { testRows } from './test-rows.ts'

testRows(t, FAILING_CALLS)
