// P13: policies of gRPC clients, with the clients that can be started here.

import t from 'tap'
import { POLICIES } from './rows/policies.ts'
import { testRows } from './test-rows.ts'

testRows(t, POLICIES)
