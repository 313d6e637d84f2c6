// P3 and P4: weights of endpoints and localities, and priorities, with the clients that can be started here.

import t from 'tap'
import { LOCALITIES } from './rows/localities.ts'
import { testRows } from './test-rows.ts'

testRows(t, LOCALITIES)
