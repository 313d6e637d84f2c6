// P7, P8, P10 and P12: timeouts, retries, circuit breakers and affinity, with the clients that can be started here.

import t from 'tap'
import { CALLS } from './rows/calls.ts'
import { testRows } from './test-rows.ts'

testRows(t, CALLS)
