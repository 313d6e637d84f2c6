// P14 and P25: aggregates, DNS and several addresses, with the clients that can be started here.

import t from 'tap'
import { SOURCES } from './rows/sources.ts'
import { testRows } from './test-rows.ts'

testRows(t, SOURCES)
