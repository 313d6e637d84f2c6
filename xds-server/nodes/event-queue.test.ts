// Each listener gets all events in the order in which they happened.

import t from 'tap'
import { MachineStream } from '../../test/support/machine-stream.ts'
import { staticCluster, tcpListener } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import { EventQueue } from './event-queue.ts'
import type { XdsEvent } from './events.ts'

const cleared = (group: string): XdsEvent => ({ kind: 'cleared', group })
const groupIn = (event: XdsEvent) => ('group' in event ? event.group : '')

t.test('an event that a listener causes comes after the one that it was called for', async (t) => {
  const queue = new EventQueue<XdsEvent>()
  const [before, after]: [string[], string[]] = [[], []]
  queue.listen((event) => before.push(groupIn(event)))
  queue.listen((event) => {
    if (event.kind === 'cleared' && event.group === '1') queue.emit(cleared('1.1'), cleared('1.2'))
  })
  queue.listen((event) => after.push(groupIn(event)))
  queue.emit(cleared('1'), cleared('2'))
  t.same(before, ['1', '2', '1.1', '1.2'])
  t.same(after, before, 'every listener gets the same order')
  queue.emit(cleared('3'))
  t.equal(after.at(-1), '3', 'delivery goes on')
})

t.test('a queue is unheard until somebody listens, and again when nobody does', async (t) => {
  const queue = new EventQueue<XdsEvent>()
  t.equal(queue.isUnheard, true)
  const stop = queue.listen(() => {})
  t.equal(queue.isUnheard, false)
  stop()
  t.equal(queue.isUnheard, true)
})

t.test('events stay in order if a listener changes the snapshot', async (t) => {
  const cache = new SnapshotCache()
  const seen: string[] = []
  const serve = (change: number) =>
    cache.setSnapshot('fleet', [staticCluster('a', change), tcpListener('l', change, 'a')])
  serve(1)
  const stream = new MachineStream(cache)
  stream.ask(CLUSTER)
  stream.ask(LISTENER)
  stream.answerAll()
  let change = 2
  cache.onEvent(({ kind }) => {
    // The step that takes this ACK of the cluster also sends the listener.
    if (kind === 'acked' && change === 2) serve(++change)
  })
  cache.onEvent((event) => {
    if (event.kind === 'snapshot') seen.push(event.kind)
    if ('nonce' in event) seen.push(`${event.kind} ${event.nonce}`)
  })
  serve(change)
  stream.answer()
  t.same(seen, ['snapshot', 'sent 3', 'acked 3', 'sent 4', 'snapshot', 'sent 5'])
})
