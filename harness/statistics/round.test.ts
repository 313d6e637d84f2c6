// What one round of a run says.

import t from 'tap'
import { cpuPerCall, failedOf, latenciesOf } from './round.ts'

t.test('calls fail that end otherwise than with OK', async (t) => {
  t.equal(failedOf({ codes: { OK: 7, UNAVAILABLE: 2, INTERNAL: 1 } }), 3)
  t.equal(failedOf({ codes: { OK: 7 } }), 0)
  t.equal(failedOf({ codes: {} }), 0)
})

t.test('CPU time is that of all processes, or of a role, for each call', async (t) => {
  const own = { name: 'x', peakMiB: 1 }
  const processes = [
    { ...own, role: 'client' as const, cpuMs: 10 },
    { ...own, role: 'proxy' as const, cpuMs: 3 },
    { ...own, role: 'proxy' as const, cpuMs: 2 },
  ]
  t.equal(cpuPerCall({ processes, calls: 5 }), 3_000)
  t.equal(cpuPerCall({ processes, calls: 5 }, 'proxy'), 1_000)
  t.equal(cpuPerCall({ processes, calls: 5 }, 'server'), 0)
})

t.test('latencies are those from when a call was due, else from when it was sent, else any', async (t) => {
  t.equal(latenciesOf({ histograms: { gap: 'g', service: 's', call: 'c' } }), 'c')
  t.equal(latenciesOf({ histograms: { gap: 'g', service: 's' } }), 's')
  t.equal(latenciesOf({ histograms: { gap: 'g' } }), 'g')
  t.equal(latenciesOf({ histograms: {} }), undefined)
})
