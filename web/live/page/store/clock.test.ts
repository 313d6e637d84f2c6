// The clock of the control plane.

import t from 'tap'
import { serverNow, setServerClock } from './clock.ts'

t.test('times are those of the control plane, however wrong the clock of this machine is', async (t) => {
  t.equal(serverNow(5_000), 5_000, 'before the control plane has said its time')
  setServerClock('2026-01-01T00:00:10.000Z', 1_000)
  t.equal(serverNow(3_000), Date.UTC(2026, 0, 1) + 12_000)
})
