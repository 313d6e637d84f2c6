// P27: mutual TLS to the control plane, with the clients that can be started here.

import t from 'tap'
import { CONTROL_PLANE_TLS } from './rows/control-plane-tls.ts'
import { testRows } from './test-rows.ts'

testRows(t, CONTROL_PLANE_TLS)
