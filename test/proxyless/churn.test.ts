// P19: endpoints that change all the time, with the clients that can be started here.

import t from 'tap'
import { CHURN } from './rows/churn.ts'
import { testRows } from './test-rows.ts'

testRows(t, CHURN)
