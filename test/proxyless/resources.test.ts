// P15 and P16: dropped and bad resources, with the clients that can be started here.

import t from 'tap'
import { RESOURCES } from './rows/resources.ts'
import { testRows } from './test-rows.ts'

testRows(t, RESOURCES)
