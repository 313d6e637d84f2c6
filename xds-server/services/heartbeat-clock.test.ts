// When heartbeats are due, and when one comes too late to be one.

import { mock } from 'node:test'
import t from 'tap'
import { CLUSTER, RUNTIME } from '../snapshot/resource-type.ts'
import type { Expiry } from '../streams/stream.ts'
import { HeartbeatClock } from './heartbeat-clock.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }))
t.afterEach(() => mock.timers.reset())

const CLUSTERS: Expiry = { typeUrl: CLUSTER, ttlMs: 9_000 }
const LAYERS: Expiry = { typeUrl: RUNTIME, ttlMs: 3_000 }

/** A clock that notes what is due, as `Cluster` or `Cluster late`. */
function start(isWritable: (clock: HeartbeatClock) => boolean = () => true) {
  const due: string[] = []
  let lag = 0
  const clock: HeartbeatClock = new HeartbeatClock({
    perTtl: 3,
    now: () => Date.now() + lag,
    onDue: ({ typeUrl }, isLate) => {
      due.push(`${typeUrl.split('.').at(-1)}${isLate ? ' late' : ''}`)
      return isWritable(clock)
    },
  })
  /** Time passes in which no timer runs, as in a process that is stopped. */
  const stall = (ms: number) => {
    lag += ms
  }
  const take = () => due.splice(0)
  return { clock, stall, take }
}

t.test('X32: each TTL of a type has its heartbeats, several in its time', async (t) => {
  const { clock, take } = start()
  clock.update([CLUSTERS, LAYERS])
  mock.timers.tick(999)
  t.same(take(), [])
  mock.timers.tick(1)
  t.same(take(), ['Runtime'])
  clock.update([CLUSTERS, LAYERS])
  mock.timers.tick(1_000)
  mock.timers.tick(1_000)
  t.same(take().sort(), ['Cluster', 'Runtime', 'Runtime'])
  clock.update([CLUSTERS])
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster'], 'what no longer expires has none')
})

t.test('X59: a heartbeat is late if the client may have dropped the resources', async (t) => {
  const { clock, stall, take } = start()
  clock.update([CLUSTERS])
  stall(3_000)
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster'], 'a third of the TTL is left')
  stall(3_001)
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster late'])
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster'])
})

t.test('X59: a heartbeat that cannot be written is due again, and late after a while', async (t) => {
  let isWritable = false
  const { clock, take } = start(() => isWritable)
  clock.update([CLUSTERS])
  mock.timers.tick(3_000)
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster', 'Cluster'])
  isWritable = true
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster late'])
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster'])
})

t.test('X36: a stream that ends leaves no timer', async (t) => {
  const { clock, take } = start()
  clock.update([CLUSTERS, LAYERS])
  clock.stop()
  mock.timers.tick(20_000)
  t.same(take(), [])
})

t.test('X32: heartbeats end with the last TTL, and begin anew with the next', async (t) => {
  const { clock, take } = start()
  clock.update([CLUSTERS])
  clock.update([])
  mock.timers.tick(9_000)
  t.same(take(), [])
  clock.update([CLUSTERS])
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster'])
})

t.test('X36: a stream that a heartbeat ends has no further one', async (t) => {
  const { clock, take } = start((clock) => {
    clock.stop()
    return true
  })
  clock.update([CLUSTERS])
  mock.timers.tick(3_000)
  mock.timers.tick(3_000)
  t.same(take(), ['Cluster'])
})
