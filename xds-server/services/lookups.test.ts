// A lookup ends once: when its promise settles, or when its time is over, whichever is first.

import { mock } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import t from 'tap'
import { EventQueue } from '../nodes/event-queue.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { Lookups, type OnDemand } from './lookups.ts'

const NODE = create(NodeSchema, { id: 'n1' })
const NAMES = new Set(['a', 'b'])

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
t.afterEach(() => mock.timers.reset())

/** All promises that are due have called back. */
const settled = () => new Promise<void>(setImmediate)

function start(onDemand: OnDemand) {
  const queue = new EventQueue<XdsEvent>()
  const events: XdsEvent[] = []
  queue.listen((event) => events.push(event))
  const ended: unknown[] = []
  const lookups = new Lookups({ onDemand, timeoutMs: 4_000 }, queue, (...args) => ended.push(args))
  lookups.start(NODE, 'fleet', { typeUrl: CLUSTER, names: NAMES, afterReconnect: true })
  return { lookups, events, ended }
}

t.test('it passes on the names, their type, and who asks for them', async (t) => {
  const requests: unknown[] = []
  const { ended, events } = start((request) => void requests.push(request))
  t.strictSame(requests, [
    { node: NODE, group: 'fleet', typeUrl: CLUSTER, names: ['a', 'b'], afterReconnect: true },
  ])
  await settled()
  t.strictSame(ended, [[CLUSTER, NAMES]])
  t.strictSame(events, [])
  mock.timers.tick(4_000)
  t.equal(ended.length, 1, 'its time has no effect any more')
})

t.test('it ends when its time is over, and not again with its promise', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { ended } = start(() => promise)
  mock.timers.tick(3_999)
  t.strictSame(ended, [])
  mock.timers.tick(1)
  t.strictSame(ended, [[CLUSTER, NAMES]])
  resolve()
  await settled()
  t.equal(ended.length, 1)
})

t.test('one that throws or rejects ends too, with an event', async (t) => {
  const error = new Error('broken')
  const throws = () => {
    throw error
  }
  for (const onDemand of [throws, () => Promise.reject(error)]) {
    const { ended, events } = start(onDemand)
    await settled()
    t.strictSame(ended, [[CLUSTER, NAMES]])
    const message = `onDemand failed, so that names of ${CLUSTER} count as not existing: broken`
    t.strictSame(events, [{ kind: 'fault', source: 'onDemand', message, error }])
  }
})

t.test('after a stop, nothing ends', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { lookups, ended } = start(() => promise)
  lookups.stop()
  resolve()
  await settled()
  mock.timers.tick(4_000)
  t.strictSame(ended, [])
})
