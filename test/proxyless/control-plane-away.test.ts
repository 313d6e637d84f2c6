// P17: the control plane is away, with the clients that can be started here.

import t from 'tap'
import { CONTROL_PLANE_AWAY } from './rows/control-plane-away.ts'
import { testRows } from './test-rows.ts'

testRows(t, CONTROL_PLANE_AWAY, { together: 4 })
