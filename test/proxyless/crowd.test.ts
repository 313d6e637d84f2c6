// P18: many clients join at once, with the clients that can be started here.

import t from 'tap'
import { CROWD } from './rows/crowd.ts'
import { testRows } from './test-rows.ts'

testRows(t, CROWD)
