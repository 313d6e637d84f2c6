// Unconfirmed resources: from a NACK or an un-ACKed response until the next ACK.

import t from 'tap'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import type { NackedNames, NackLog } from './nack-log.ts'
import { type UnconfirmedOfStream, UnconfirmedResources } from './unconfirmed.ts'

const set = (...names: string[]) => new Set(names)
const ack = (stream: UnconfirmedOfStream, typeUrl: string, ...names: string[]) =>
  stream.ack(typeUrl, () => set(...names))

/** What a stream that opens now gets. */
function told(unconfirmed: UnconfirmedResources, node = 'n1'): Record<string, string[]> {
  return Object.fromEntries(
    [...unconfirmed.open(node).names].map(([typeUrl, names]) => [typeUrl, [...names].sort()]),
  )
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

  async append(marks: NackedNames, settled: boolean) {
    this.lines.push({ ...marks, settled })
  }

  async close() {}
}

t.test(
  'X6: NACKed names are unconfirmed on the next streams, until an ACK of these confirms them',
  async (t) => {
    const unconfirmed = new UnconfirmedResources()
    const first = unconfirmed.open('n1')
    first.nack(CLUSTER, set('a', 'b'))
    first.nack(CLUSTER, set('c'))
    first.nack(LISTENER, set('a'))
    t.same(told(unconfirmed), {}, 'an open stream knows itself what it NACKed')
    first.leave([])
    t.same(told(unconfirmed), { [CLUSTER]: ['a', 'b', 'c'], [LISTENER]: ['a'] })
    t.same(told(unconfirmed, 'n2'), {})
    ack(unconfirmed.open('n1'), CLUSTER, 'a', 'c', 'x')
    t.same(told(unconfirmed), { [CLUSTER]: ['b'], [LISTENER]: ['a'] })
    ack(unconfirmed.open('n1'), CLUSTER, 'b')
    t.same(told(unconfirmed), { [LISTENER]: ['a'] })
  },
)

t.test("X47: one stream's ACK does not settle what another stream of the node NACKed", async (t) => {
  const log = new MemoryLog()
  const unconfirmed = new UnconfirmedResources(log)
  const [one, other] = [unconfirmed.open('n1'), unconfirmed.open('n1')]
  one.nack(CLUSTER, set('a'))
  ack(other, CLUSTER, 'a')
  other.leave([])
  t.equal(log.lines.length, 1, 'nor in the log')
  one.leave([])
  t.same(told(unconfirmed), { [CLUSTER]: ['a'] })
})

t.test('X47: an ACK settles what earlier streams left, and not what a stream leaves later', async (t) => {
  const unconfirmed = new UnconfirmedResources()
  const [one, other] = [unconfirmed.open('n1'), unconfirmed.open('n1')]
  one.nack(CLUSTER, set('a'))
  one.leave([{ typeUrl: LISTENER, names: set('l') }])
  ack(other, CLUSTER, 'a')
  ack(other, LISTENER, 'l')
  t.same(told(unconfirmed), { [CLUSTER]: ['a'], [LISTENER]: ['l'] })
  const next = unconfirmed.open('n1')
  ack(next, CLUSTER, 'a')
  ack(next, LISTENER, 'l')
  t.same(told(unconfirmed), {})
})

t.test('X6: an ACK on the same stream settles its own NACK', async (t) => {
  const log = new MemoryLog()
  const unconfirmed = new UnconfirmedResources(log)
  const stream = unconfirmed.open('n1')
  stream.nack(CLUSTER, set('a', 'b'))
  ack(stream, CLUSTER, 'a')
  stream.leave([])
  t.same(told(unconfirmed), { [CLUSTER]: ['b'] })
})

t.test('X6: names of un-ACKed responses are unconfirmed too, but not over a restart', async (t) => {
  const log = new MemoryLog()
  const unconfirmed = new UnconfirmedResources(log)
  const stream = unconfirmed.open('n1')
  stream.leave([
    { typeUrl: CLUSTER, names: set('a') },
    { typeUrl: LISTENER, names: set() },
  ])
  t.same(told(unconfirmed), { [CLUSTER]: ['a'] })
  ack(unconfirmed.open('n1'), CLUSTER, 'a')
  t.same(log.lines, [])
})

t.test('X6: a NACKed name that was also left unanswered stays in the log until it is ACKed', async (t) => {
  const log = new MemoryLog()
  const unconfirmed = new UnconfirmedResources(log)
  const stream = unconfirmed.open('n1')
  stream.nack(CLUSTER, set('a'))
  stream.leave([{ typeUrl: CLUSTER, names: set('a', 'b') }])
  ack(unconfirmed.open('n1'), CLUSTER, 'a', 'b')
  t.match(log.lines.at(-1), { names: ['a'], settled: true })
})

t.test('X6: what a stream left once is not left again', async (t) => {
  const unconfirmed = new UnconfirmedResources()
  const stream = unconfirmed.open('n1')
  stream.nack(CLUSTER, set('a'))
  stream.leave([])
  ack(unconfirmed.open('n1'), CLUSTER, 'a')
  stream.leave([])
  t.same(told(unconfirmed), {})
})

t.test('X6: the log gets changes only', async (t) => {
  const log = new MemoryLog()
  const stream = new UnconfirmedResources(log).open('n1')
  stream.nack(CLUSTER, set('a', 'b'))
  stream.nack(CLUSTER, set())
  ack(stream, CLUSTER, 'x')
  ack(stream, LISTENER, 'a')
  ack(stream, CLUSTER, 'a', 'x')
  t.same(log.lines, [
    { node: 'n1', typeUrl: CLUSTER, names: ['a', 'b'], settled: false },
    { node: 'n1', typeUrl: CLUSTER, names: ['a'], settled: true },
  ])
})

t.test('X47: the log keeps a name until the last stream that NACKed it has ACKed it', async (t) => {
  const log = new MemoryLog()
  const unconfirmed = new UnconfirmedResources(log)
  const [one, other] = [unconfirmed.open('n1'), unconfirmed.open('n1')]
  one.nack(CLUSTER, set('a'))
  other.nack(CLUSTER, set('a'))
  ack(one, CLUSTER, 'a')
  t.equal(log.lines.filter(({ settled }) => settled).length, 0)
  ack(other, CLUSTER, 'a')
  t.match(log.lines.at(-1), { names: ['a'], settled: true })
})

t.test('X6: the names in the log are unconfirmed from the start', async (t) => {
  const log = new MemoryLog([{ node: 'n1', typeUrl: CLUSTER, names: ['a'] }])
  const unconfirmed = new UnconfirmedResources(log)
  t.same(told(unconfirmed), { [CLUSTER]: ['a'] })
  t.same(log.lines, [], 'and are not logged anew')
  ack(unconfirmed.open('n1'), CLUSTER, 'a')
  t.match(log.lines, [{ names: ['a'], settled: true }])
})

t.test(
  'X48: a node that dies a thousand times on the same content takes the memory of one death',
  async (t) => {
    const unconfirmed = new UnconfirmedResources()
    const names = set('a', 'b')
    for (let at = 0; at < 1_000; at++) unconfirmed.open('n1').leave([{ typeUrl: CLUSTER, names }])
    t.equal(
      unconfirmed.open('n1').names.get(CLUSTER),
      names,
      'the set itself is shared, also with other nodes',
    )
  },
)

t.test('X48: a node that dies on ever changing content gets the names of all of it', async (t) => {
  const unconfirmed = new UnconfirmedResources()
  const names = Array.from({ length: 20 }, (_, at) => `${at}`.padStart(2, '0'))
  for (const name of names) unconfirmed.open('n1').leave([{ typeUrl: CLUSTER, names: set(name) }])
  t.same(told(unconfirmed), { [CLUSTER]: names })
  ack(unconfirmed.open('n1'), CLUSTER, ...names)
  t.same(told(unconfirmed), {})
})

t.test('an error of the log is reported, and the memory goes on', async (t) => {
  const errors: unknown[] = []
  const full = new Error('disk full')
  const log: NackLog = { read: () => [], append: () => Promise.reject(full), close: async () => {} }
  const unconfirmed = new UnconfirmedResources(log, (error) => errors.push(error))
  const stream = unconfirmed.open('n1')
  stream.nack(CLUSTER, set('a'))
  stream.leave([])
  await new Promise((resolve) => setImmediate(resolve))
  t.same(errors, [full])
  t.same(told(unconfirmed), { [CLUSTER]: ['a'] })
})

t.test(
  'X48: a node without unconfirmed names takes no memory, and after ten thousand nodes the oldest is forgotten',
  async (t) => {
    const log = new MemoryLog()
    const unconfirmed = new UnconfirmedResources(log)
    const nackOnce = (node: string, name = 'a') => {
      const stream = unconfirmed.open(node)
      stream.nack(CLUSTER, set(name))
      return stream
    }
    const open = nackOnce('open')
    nackOnce('n0').leave([])
    const settled = nackOnce('settled')
    ack(settled, CLUSTER, 'a')
    settled.leave([])
    for (let at = 1; at < 9_999; at++) nackOnce(`n${at}`).leave([])
    t.same(told(unconfirmed, 'n0'), { [CLUSTER]: ['a'] })
    nackOnce('n9999').leave([])
    t.same(told(unconfirmed, 'n0'), {})
    t.same(log.lines.at(-1), { node: 'n0', typeUrl: CLUSTER, names: ['a'], settled: true }, 'also in the log')
    t.same(told(unconfirmed, 'n1'), { [CLUSTER]: ['a'] })
    t.same(told(unconfirmed, 'n9999'), { [CLUSTER]: ['a'] })
    open.leave([])
    t.same(told(unconfirmed, 'open'), { [CLUSTER]: ['a'] }, 'a node with an open stream is never forgotten')
  },
)

t.test('X48: of a log with more than ten thousand nodes, the first are forgotten', async (t) => {
  const standing = Array.from({ length: 10_002 }, (_, at) => ({
    node: `n${at}`,
    typeUrl: CLUSTER,
    names: ['a'],
  }))
  const log = new MemoryLog(standing)
  const unconfirmed = new UnconfirmedResources(log)
  t.same(
    ['n0', 'n1', 'n2', 'n10001'].map((node) => told(unconfirmed, node)[CLUSTER]),
    [undefined, undefined, ['a'], ['a']],
  )
  t.same(
    log.lines.map(({ node, settled }) => [node, settled]),
    [
      ['n0', true],
      ['n1', true],
    ],
  )
})
