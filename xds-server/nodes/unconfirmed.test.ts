// Of which names nobody knows what a node holds: from a refusal or a lost answer until the next ACK.

import t from 'tap'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import type { RefusalLog, RefusedNames } from './nack-log.ts'
import { Doubts, type NodeDoubts } from './unconfirmed.ts'

function described(doubts: NodeDoubts): Record<string, string[]> {
  return Object.fromEntries([...doubts].map(([typeUrl, names]) => [typeUrl, [...names]]))
}

/** Keeps the lines that are appended to it. */
class MemoryLog implements RefusalLog {
  readonly lines: (RefusedNames & { settled: boolean })[] = []
  readonly #standing: readonly RefusedNames[]

  constructor(standing: readonly RefusedNames[] = []) {
    this.#standing = standing
  }

  read() {
    return this.#standing
  }

  append(marks: RefusedNames, settled: boolean) {
    this.lines.push({ ...marks, settled })
  }
}

t.test('X6: refused names are in doubt, by node and type, until an ACK speaks for them', async (t) => {
  const doubts = new Doubts()
  doubts.refuse('n1', CLUSTER, ['a', 'b'])
  doubts.refuse('n1', CLUSTER, ['c'])
  doubts.refuse('n1', LISTENER, ['a'])
  doubts.refuse('n2', CLUSTER, ['a'])
  t.same(described(doubts.of('n1')), { [CLUSTER]: ['a', 'b', 'c'], [LISTENER]: ['a'] })
  doubts.settle('n1', CLUSTER, ['a', 'c', 'x'])
  t.same(described(doubts.of('n1')), { [CLUSTER]: ['b'], [LISTENER]: ['a'] })
  doubts.settle('n1', CLUSTER, ['b'])
  t.same(described(doubts.of('n1')), { [LISTENER]: ['a'] })
  t.same(described(doubts.of('n2')), { [CLUSTER]: ['a'] })
  t.same(described(doubts.of('n3')), {})
})

t.test('X6: names whose answer was lost are in doubt too, but not beyond a restart', async (t) => {
  const log = new MemoryLog()
  const doubts = new Doubts(log)
  doubts.abandon('n1', CLUSTER, ['a'])
  doubts.abandon('n2', CLUSTER, [])
  t.same(described(doubts.of('n1')), { [CLUSTER]: ['a'] })
  t.equal(doubts.of('n2'), doubts.of('n3'), 'nothing is kept of a response without names')
  t.same(log.lines, [])
})

t.test('X6: the log is told what changed, and nothing where nothing did', async (t) => {
  const log = new MemoryLog()
  const doubts = new Doubts(log)
  doubts.refuse('n1', CLUSTER, ['a', 'b'])
  doubts.refuse('n1', CLUSTER, [])
  doubts.settle('n1', CLUSTER, ['x'])
  doubts.settle('n1', LISTENER, ['a'])
  doubts.settle('n2', CLUSTER, ['a'])
  doubts.settle('n1', CLUSTER, ['a', 'x'])
  t.same(log.lines, [
    { node: 'n1', typeUrl: CLUSTER, names: ['a', 'b'], settled: false },
    { node: 'n1', typeUrl: CLUSTER, names: ['a'], settled: true },
  ])
})

t.test('X6: what the log holds is in doubt from the start', async (t) => {
  const log = new MemoryLog([{ node: 'n1', typeUrl: CLUSTER, names: ['a'] }])
  t.same(described(new Doubts(log).of('n1')), { [CLUSTER]: ['a'] })
  t.same(log.lines, [], 'and is not logged anew')
})

t.test('a node without doubts takes no room; of ten thousand, the oldest goes first', async (t) => {
  const doubts = new Doubts()
  doubts.refuse('n0', CLUSTER, ['a'])
  doubts.refuse('settled', CLUSTER, ['a'])
  doubts.settle('settled', CLUSTER, ['a'])
  for (let at = 1; at < 10_000; at++) doubts.refuse(`n${at}`, CLUSTER, ['a'])
  t.same(described(doubts.of('n0')), { [CLUSTER]: ['a'] })
  doubts.refuse('n0', CLUSTER, ['b'])
  doubts.refuse('n10000', CLUSTER, ['a'])
  t.same(described(doubts.of('n0')), {})
  t.same(described(doubts.of('n1')), { [CLUSTER]: ['a'] })
  t.same(described(doubts.of('n10000')), { [CLUSTER]: ['a'] })
})
