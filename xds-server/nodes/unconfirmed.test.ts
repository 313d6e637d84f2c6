// Unconfirmed resources: from a NACK or an un-ACKed response until the next ACK.

import t from 'tap'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import type { NackedNames, NackLog } from './nack-log.ts'
import { type UnconfirmedNames, UnconfirmedResources } from './unconfirmed.ts'

function described(unconfirmed: UnconfirmedNames): Record<string, string[]> {
  return Object.fromEntries([...unconfirmed].map(([typeUrl, names]) => [typeUrl, [...names]]))
}

/** Keeps the lines that are appended to it. */
class MemoryLog implements NackLog {
  readonly lines: (NackedNames & { settled: boolean })[] = []
  readonly #standing: readonly NackedNames[]

  constructor(standing: readonly NackedNames[] = []) {
    this.#standing = standing
  }

  read() {
    return this.#standing
  }

  append(marks: NackedNames, settled: boolean) {
    this.lines.push({ ...marks, settled })
  }
}

t.test('X6: NACKed names are unconfirmed, by node and type, until an ACK confirms them', async (t) => {
  const unconfirmed = new UnconfirmedResources()
  unconfirmed.nack('n1', CLUSTER, ['a', 'b'])
  unconfirmed.nack('n1', CLUSTER, ['c'])
  unconfirmed.nack('n1', LISTENER, ['a'])
  unconfirmed.nack('n2', CLUSTER, ['a'])
  t.same(described(unconfirmed.of('n1')), { [CLUSTER]: ['a', 'b', 'c'], [LISTENER]: ['a'] })
  unconfirmed.ack('n1', CLUSTER, ['a', 'c', 'x'])
  t.same(described(unconfirmed.of('n1')), { [CLUSTER]: ['b'], [LISTENER]: ['a'] })
  unconfirmed.ack('n1', CLUSTER, ['b'])
  t.same(described(unconfirmed.of('n1')), { [LISTENER]: ['a'] })
  t.same(described(unconfirmed.of('n2')), { [CLUSTER]: ['a'] })
  t.same(described(unconfirmed.of('n3')), {})
})

t.test('X6: names of un-ACKed responses are unconfirmed too, but not over a restart', async (t) => {
  const log = new MemoryLog()
  const unconfirmed = new UnconfirmedResources(log)
  unconfirmed.abandon('n1', CLUSTER, ['a'])
  unconfirmed.abandon('n2', CLUSTER, [])
  t.same(described(unconfirmed.of('n1')), { [CLUSTER]: ['a'] })
  t.equal(unconfirmed.of('n2'), unconfirmed.of('n3'), 'nothing is kept of a response without names')
  t.same(log.lines, [])
})

t.test('X6: the log gets changes only', async (t) => {
  const log = new MemoryLog()
  const unconfirmed = new UnconfirmedResources(log)
  unconfirmed.nack('n1', CLUSTER, ['a', 'b'])
  unconfirmed.nack('n1', CLUSTER, [])
  unconfirmed.ack('n1', CLUSTER, ['x'])
  unconfirmed.ack('n1', LISTENER, ['a'])
  unconfirmed.ack('n2', CLUSTER, ['a'])
  unconfirmed.ack('n1', CLUSTER, ['a', 'x'])
  t.same(log.lines, [
    { node: 'n1', typeUrl: CLUSTER, names: ['a', 'b'], settled: false },
    { node: 'n1', typeUrl: CLUSTER, names: ['a'], settled: true },
  ])
})

t.test('X6: the names in the log are unconfirmed from the start', async (t) => {
  const log = new MemoryLog([{ node: 'n1', typeUrl: CLUSTER, names: ['a'] }])
  t.same(described(new UnconfirmedResources(log).of('n1')), { [CLUSTER]: ['a'] })
  t.same(log.lines, [], 'and is not logged anew')
})

t.test(
  'a node without unconfirmed names takes no memory, and after ten thousand nodes the oldest is forgotten',
  async (t) => {
    const unconfirmed = new UnconfirmedResources()
    unconfirmed.nack('n0', CLUSTER, ['a'])
    unconfirmed.nack('settled', CLUSTER, ['a'])
    unconfirmed.ack('settled', CLUSTER, ['a'])
    for (let at = 1; at < 10_000; at++) unconfirmed.nack(`n${at}`, CLUSTER, ['a'])
    t.same(described(unconfirmed.of('n0')), { [CLUSTER]: ['a'] })
    unconfirmed.nack('n0', CLUSTER, ['b'])
    unconfirmed.nack('n10000', CLUSTER, ['a'])
    t.same(described(unconfirmed.of('n0')), {})
    t.same(described(unconfirmed.of('n1')), { [CLUSTER]: ['a'] })
    t.same(described(unconfirmed.of('n10000')), { [CLUSTER]: ['a'] })
  },
)
