// Memo tables: what is computed once, what is computed anew, and what is let go.

import { setImmediate as nextJob } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import {
  EMPTY_LIST,
  InternTable,
  memoize,
  memoizeByText,
  memoizeByTextInUse,
  memoizeEntry,
  memoizeMany,
  memoizePair,
  memoizeTexts,
  shareEqual,
  shareItems,
  shareList,
} from './memo.ts'

interface Named {
  readonly name: string
}

const [a, b]: [Named, Named] = [{ name: 'a' }, { name: 'b' }]

/** A computation that notes each of its calls. */
function counted<Args extends unknown[], R>(compute: (...args: Args) => R) {
  const calls: Args[] = []
  return {
    calls,
    compute: (...args: Args) => {
      calls.push(args)
      return compute(...args)
    },
  }
}

t.test('a result is computed once for each object, and an equal object is another one', async (t) => {
  const { calls, compute } = counted(({ name }: Named) => ({ made: name }))
  const made = memoize(compute)
  t.equal(made(a), made(a))
  t.same(made({ name: 'a' }), made(a))
  t.not(made({ name: 'a' }), made(a))
  t.equal(calls.length, 3)
})

t.test('undefined is a result and is kept in every table', async (t) => {
  const one = counted((_: Named) => undefined)
  const pair = counted((_: Named, __: Named) => undefined)
  const text = counted((_: Named, __: string) => undefined)
  const texts = counted((_: string) => undefined)
  const entry = counted((_: string, __: Named, ___: Named) => undefined)
  const calls = [
    () => memoized.one(a),
    () => memoized.pair(a, b),
    () => memoized.text(a, 'x'),
    () => memoized.texts('x'),
    () => memoized.entry('n', a, b),
  ]
  const memoized = {
    one: memoize(one.compute),
    pair: memoizePair(pair.compute),
    text: memoizeByText(text.compute),
    texts: memoizeTexts(1, texts.compute),
    entry: memoizeEntry(entry.compute),
  }
  for (const call of [...calls, ...calls]) t.equal(call(), undefined)
  for (const { calls } of [one, pair, text, texts, entry]) t.equal(calls.length, 1)
})

t.test('a computation that throws keeps nothing, and the next call tries again', async (t) => {
  let attempts = 0
  const made = memoize((_: Named) => {
    attempts += 1
    if (attempts === 1) throw new Error('not yet')
    return attempts
  })
  t.throws(() => made(a), { message: 'not yet' })
  t.equal(made(a), 2)
  t.equal(made(a), 2)
})

t.test('a pair is computed once, and its order matters', async (t) => {
  const { calls, compute } = counted((one: Named, other: Named) => ({ joined: one.name + other.name }))
  const join = memoizePair(compute)
  t.equal(join(a, b), join(a, b))
  t.same(join(b, a), { joined: 'ba' })
  t.same(join(a, a), { joined: 'aa' })
  t.equal(calls.length, 3)
})

t.test('an object and a text are computed once, apart from other texts and other objects', async (t) => {
  const { calls, compute } = counted(({ name }: Named, address: string) => ({ at: name + address }))
  const at = memoizeByText(compute)
  t.equal(at(a, '1'), at(a, '1'))
  t.same(at(a, '2'), { at: 'a2' })
  t.same(at(b, '1'), { at: 'b1' })
  t.equal(calls.length, 3)
})

t.test('a limited number of texts is kept, and the others are computed at each call', async (t) => {
  const { calls, compute } = counted((text: string) => ({ text }))
  const made = memoizeTexts(2, compute)
  t.equal(made('x'), made('x'))
  t.equal(made('y'), made('y'))
  t.not(made('z'), made('z'))
  t.equal(made('x'), made('x'), 'a kept text is not pushed out')
  t.equal(calls.length, 4)
})

t.test('an entry is computed once for each name, entry and context', async (t) => {
  const { calls, compute } = counted((name: string, entry: Named, context: Named) => ({
    made: name + entry.name + context.name,
  }))
  const made = memoizeEntry(compute)
  const first = made('n', a, a)
  t.same(made('m', a, a), { made: 'maa' })
  t.same(made('n', b, a), { made: 'nba' })
  t.same(made('n', a, b), { made: 'nab' })
  t.equal(made('n', a, a), first, 'other contexts do not evict it')
  t.equal(calls.length, 4)
  t.not(made('n', a, { name: 'a' }), first, 'an equal context is another one')
})

t.test('equal values share one copy, and others do not', async (t) => {
  const value = { policy: 'random', weights: [1, 2] }
  const shared = shareEqual(value)
  t.same(shared, value)
  t.not(shared, value)
  t.equal(shareEqual({ policy: 'random', weights: [1, 2] }), shared)
  t.equal(shareEqual(shared), shared)
  t.not(shareEqual({ policy: 'random', weights: [2, 1] }), shared)
})

t.test('many objects are computed in one call, and only those that are new', async (t) => {
  const { calls, compute } = counted((list: readonly Named[]) => list.map(({ name }) => ({ made: name })))
  const made = memoizeMany(compute)
  const [first] = made([a])
  t.same(made([b, a, b]), [{ made: 'b' }, { made: 'a' }, { made: 'b' }])
  t.equal(made([b, a])[1], first)
  t.same(calls, [[[a]], [[b]]], 'the last call had nothing to compute')
})

t.test('a shared list is the list itself, and can no longer be changed', async (t) => {
  const list = [1, 2]
  const shared = shareList(list)
  t.equal(shared, list)
  t.throws(() => list.push(3), TypeError)
  t.throws(() => {
    list[0] = 3
  }, TypeError)
  t.same(EMPTY_LIST, [])
})

t.test('a list of the same items as the last one with the same first item is that list', async (t) => {
  const shared = shareItems([a, b])
  t.equal(shareItems([a, b]), shared)
  for (const other of [[a], [b, a], [a, a], [a, b, a]]) {
    t.same(shareItems(other), other)
    t.not(shareItems(other), shared)
    t.equal(shareItems([...other]), shareItems(other))
  }
  t.equal(shareItems([]), EMPTY_LIST)
})

t.test('equal bytes are read once, and give the same object', async (t) => {
  const { calls, compute } = counted((bytes: Uint8Array) => shareList([...bytes]))
  const table = new InternTable(compute)
  const first = table.intern(Uint8Array.of(1, 2))
  t.equal(table.intern(Uint8Array.of(1, 2)), first)
  t.same(table.intern(Uint8Array.of(1, 3)), [1, 3])
  t.equal(calls.length, 2)
})

t.test('an interned value knows its bytes, which are a copy', async (t) => {
  const table = new InternTable((bytes) => shareList([...bytes]))
  const bytes = Uint8Array.of(1, 2)
  const value = table.intern(bytes)
  bytes[0] = 9
  t.same(table.bytesOf(value), Buffer.of(1, 2))
  t.equal(table.bytesOf(shareList([1, 2])), undefined, 'not made here')
})

t.test('bytes whose value nobody holds any more are read again', async (t) => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  const { calls, compute } = counted((bytes: Uint8Array) => shareList([...bytes]))
  const table = new InternTable(compute)
  const held = table.intern(Uint8Array.of(1))
  table.intern(Uint8Array.of(2))
  // A weak reference holds its object until the current job ends.
  await nextJob()
  collectGarbage()
  table.intern(Uint8Array.of(2))
  t.equal(calls.length, 3)
  t.equal(table.intern(Uint8Array.of(1)), held)
})

t.test('S58: what clients choose is kept only while somebody holds the result', async (t) => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  const { calls, compute } = counted(({ name }: Named, text: string) => ({ made: name + text }))
  const made = memoizeByTextInUse(compute)
  const held = made(a, 'x')
  t.equal(made(a, 'x'), held, 'once while it is held')
  made(a, 'y')
  t.equal(calls.length, 2)
  await nextJob()
  collectGarbage()
  t.equal(made(a, 'x'), held)
  made(a, 'y')
  t.equal(calls.length, 3, 'the one that nobody holds is computed again')
})
