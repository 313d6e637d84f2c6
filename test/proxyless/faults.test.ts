// The rows of faults with the clients that can be started here.

import t from 'tap'
import { FAULTS } from './rows/faults.ts'
import { testRows } from './test-rows.ts'

testRows(t, FAULTS)
