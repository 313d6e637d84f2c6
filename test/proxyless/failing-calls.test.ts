// The rows of faults on purpose and outlier detection with the clients that can be started here.

import t from 'tap'
import { FAILING_CALLS } from './rows/failing-calls.ts'
import { testRows } from './test-rows.ts'

testRows(t, FAILING_CALLS)
