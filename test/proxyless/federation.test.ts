// P24: two control planes by authorities, with the clients that can be started here.

import t from 'tap'
import { FEDERATION } from './rows/federation.ts'
import { testRows } from './test-rows.ts'

testRows(t, FEDERATION)
