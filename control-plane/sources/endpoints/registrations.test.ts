// Leases of registered endpoints, by a clock that the test turns.

import t from 'tap'
import { handClock } from '../../../test/support/hand-clock.ts'
import { Registrations } from './registrations.ts'

const B1 = { address: '127.0.0.1:7101' }
const B2 = { address: '127.0.0.1:7102', weight: 2 }
const LEASE = { endpoint: B1, leaseMs: 1_000 }

function start() {
  const clock = handClock()
  const changes: string[] = []
  return { clock, changes, leases: new Registrations((upstream) => changes.push(upstream), clock) }
}

t.test('T31: an endpoint goes when its lease has ended, and stays while it is renewed', async (t) => {
  const { clock, changes, leases } = start()
  t.equal(leases.put('echo', 'b1', LEASE), 'added')
  t.equal(leases.put('echo', 'b2', { endpoint: B2, leaseMs: 1_000 }), 'added')
  clock.goTo(900)
  t.equal(leases.put('echo', 'b1', LEASE), 'renewed')
  t.same(changes, ['echo', 'echo'], 'a renewal is no change')
  clock.goTo(999)
  t.same(leases.endpointsOf('echo'), { b1: B1, b2: B2 })
  clock.goTo(1_000)
  t.same(leases.endpointsOf('echo'), { b1: B1 })
  t.equal(leases.get('echo', 'b1')?.remainingMs, 900)
  clock.goTo(1_900)
  t.same(leases.endpointsOf('echo'), {})
  t.equal(leases.endedOf('echo'), 2)
  t.same(changes, ['echo', 'echo', 'echo', 'echo'])
})

t.test('T31: endpoints are the same object until one of them changes', async (t) => {
  const { leases } = start()
  leases.put('echo', 'b1', LEASE)
  const before = leases.endpointsOf('echo')
  leases.put('echo', 'b1', LEASE)
  leases.put('other', 'b1', LEASE)
  t.equal(leases.endpointsOf('echo'), before)
  t.equal(leases.put('echo', 'b1', { ...LEASE, endpoint: B2 }), 'changed')
  t.same(leases.endpointsOf('echo'), { b1: B2 })
})

t.test('T31: an endpoint that is deleted goes at once, and a deletion of nothing says so', async (t) => {
  const { changes, leases } = start()
  leases.put('echo', 'b1', LEASE)
  t.equal(leases.delete('echo', 'b1'), true)
  t.equal(leases.delete('echo', 'b1'), false)
  t.equal(leases.delete('nobody', 'b1'), false)
  t.same(leases.endpointsOf('echo'), {})
  t.equal(changes.length, 2)
  t.equal(leases.endedOf('echo'), 0)
})

t.test('T31: a control plane that stood still ends no lease for that', async (t) => {
  const { clock, leases } = start()
  leases.put('echo', 'b1', LEASE)
  clock.standStillUntil(61_000)
  t.same(leases.endpointsOf('echo'), { b1: B1 })
  clock.goTo(61_999)
  t.same(leases.endpointsOf('echo'), { b1: B1 }, 'the lease has begun anew')
  clock.goTo(62_000)
  t.same(leases.endpointsOf('echo'), {})
})

t.test('T31: a lease that is longer than timers can wait ends all the same', async (t) => {
  const { clock, leases } = start()
  const leaseMs = 2 ** 32
  leases.put('echo', 'b1', { endpoint: B1, leaseMs })
  clock.goTo(leaseMs - 1)
  t.equal(leases.count('echo'), 1)
  clock.goTo(leaseMs)
  t.equal(leases.count(), 0)
})

t.test('T31: after a restart each lease begins anew', async (t) => {
  const { clock, leases } = start()
  leases.put('echo', 'b1', LEASE)
  clock.goTo(900)
  const again = start()
  again.leases.restore(JSON.parse(JSON.stringify(leases.toJson())))
  t.equal(again.leases.get('echo', 'b1')?.remainingMs, 1_000)
  again.clock.goTo(1_000)
  t.equal(again.leases.count(), 0)
  leases.close()
})
