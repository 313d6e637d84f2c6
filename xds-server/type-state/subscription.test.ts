// What requests ask for: the legacy wildcard, `*` and names, one state machine a type.

import t from 'tap'
import { EMPTY_LIST, shareList } from '../../core/memo.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { ENDPOINT } from '../snapshot/resource-type.ts'
import { typeIn } from '../snapshot/snapshot.ts'
import {
  isSubscribed,
  listsNoResource,
  NO_NAMES,
  NOTHING,
  type Subscription,
  stillCovered,
  subscribedAmong,
  subscribeToChange,
  subscribeToList,
  uncovered,
  unite,
  without,
} from './subscription.ts'

// The four steps of https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return
testScripts({
  'X17: a wildcard without names, then * and a name, then the name alone, then nothing': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ack 1 * a → CDS#2 a=1 b=1
      ack 2
      serve CDS a=2 b=2 → CDS#3 a=2 b=2
      ack 3 a
      serve CDS a=2 b=3
      serve CDS a=3 b=3 → CDS#4 a=3
      ack 4
      ask CDS
      serve CDS a=4 b=4
    `,
    delta: `
      serve CDS a=1 b=1
      ask CDS → CDS#1 a=1 b=1
      ack 1 +a → CDS#2 a=1
      ack 2
      serve CDS a=2 b=2 → CDS#3 a=2 b=2
      ack 3 -*
      serve CDS a=2 b=3
      serve CDS a=3 b=3 → CDS#4 a=3
      ack 4 -a
      serve CDS a=4 b=4
    `,
  },
  'X17: * alone is everything, of any type': {
    sotw: `
      serve CDS a=1 b=1 | EDS a=1 b=1
      ask CDS * → CDS#1 a=1 b=1
      ask EDS * → EDS#2 a=1 b=1
      ack 1
      ack 2
      serve EDS a=1 b=2 c=1 → EDS#3 b=2 c=1
    `,
    delta: `
      serve CDS a=1 b=1 | EDS a=1 b=1
      ask CDS +* → CDS#1 a=1 b=1
      ask EDS +* → EDS#2 a=1 b=1
      ack 1
      ack 2
      serve EDS a=1 b=2 c=1 → EDS#3 b=2 c=1
    `,
  },
  'X17: an empty list means everything until a name was given, and then nothing': {
    sotw: `
      serve CDS a=1 b=1
      ask CDS a → CDS#1 a=1
      ack 1
      ask CDS
      serve CDS a=2 b=2
      ask CDS * → CDS#2 a=2 b=2
    `,
    delta: `
      serve CDS a=1 b=1
      ask CDS +a → CDS#1 a=1
      ack 1
      ask CDS
      serve CDS a=2 b=2 → CDS#2 a=2
      ask CDS +* → CDS#3 a=2 b=2
    `,
  },
  'X17: the legacy wildcard goes on with every ACK that names nothing': {
    sotw: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ask CDS
      ask CDS
      serve CDS a=1 b=1 → CDS#2 a=1 b=1
    `,
    delta: `
      serve CDS a=1
      ask CDS → CDS#1 a=1
      ask CDS
      ack 1
      serve CDS a=1 b=1 → CDS#2 b=1
    `,
  },
  'X17: a client that turns from names to * is sent everything, and the removals': {
    sotw: `
      serve CDS a=1 b=1 c=1
      ask CDS a b → CDS#1 a=1 b=1
      ack 1
      block
      serve CDS a=1 c=1
      ask CDS *
      drain → CDS#2 a=1 c=1
      ack 2
      status → CDS SYNCED
    `,
    delta: `
      serve CDS a=1 b=1 c=1
      ask CDS +a +b → CDS#1 a=1 b=1
      ack 1
      block
      serve CDS a=1
      ask CDS +*
      drain → CDS#2 a=1 -b
      ack 2
      status → CDS SYNCED
    `,
  },
  'X18: an empty list is a wildcard for listeners and clusters only': {
    sotw: `
      serve EDS a=1 | RDS a=1 | SDS a=1 | UNKNOWN a=1 | CDS a=1 | LDS a=1
      ask EDS
      ask RDS
      ask SDS
      ask UNKNOWN
      ask CDS → CDS#1 a=1
      ask LDS → LDS#2 a=1
    `,
    delta: `
      serve EDS a=1 | RDS a=1 | SDS a=1 | UNKNOWN a=1 | CDS a=1 | LDS a=1
      ask EDS
      ask RDS
      ask SDS
      ask UNKNOWN
      ask CDS → CDS#1 a=1
      ask LDS → LDS#2 a=1
    `,
  },
  'X19: a name that is unsubscribed beside the wildcard is answered with the resource': {
    delta: `
      serve CDS a=1 b=1
      ask CDS +* +a → CDS#1 a=1 b=1
      ack 1 -a → CDS#2 a=1
    `,
  },
  'X19: a name that is unsubscribed beside the wildcard and does not exist is answered as removed': {
    delta: `
      serve CDS b=1
      ask CDS +* +a → CDS#1 b=1 -a
      ack 1 -a → CDS#2 -a
    `,
  },
  'X19: a name that is unsubscribed without the wildcard is not answered': {
    delta: `
      serve CDS a=1
      ask CDS +a → CDS#1 a=1
      ack 1 -a
      serve CDS a=2
    `,
  },
  'X20: a name that is subscribed again is sent again, and * sends everything again': {
    delta: `
      serve CDS a=1 b=1
      ask CDS +a → CDS#1 a=1
      ack 1
      ask CDS +a → CDS#2 a=1
      ask CDS +* → CDS#3 a=1 b=1
      ask CDS +* → CDS#4 a=1 b=1
    `,
  },
  'X20: a name that is subscribed and unsubscribed in one request is sent': {
    delta: `
      serve CDS a=1
      ask CDS +a → CDS#1 a=1
      ask CDS -a +a → CDS#2 a=1
      serve CDS a=2 → CDS#3 a=2
    `,
  },
  'X20: subscribing to * again does not make a client keep what is gone': {
    delta: `
      serve CDS a=1 b=1 c=1
      ask CDS holding a=1 b=1 c=1
      block
      serve CDS a=1 b=2
      ask CDS +*
      drain → CDS#1 a=1 b=2 -c
      ask CDS +* → CDS#2 a=1 b=2
    `,
  },
  'X20: subscribing to * again does not hasten a removal that waits': {
    delta: `
      serve CDS a=1 b=1 | LDS l=1
      ask CDS → CDS#1 a=1 b=1
      ask LDS → LDS#2 l=1
      ack 1 2
      serve CDS a=1 | LDS l=2 → LDS#3 l=2
      ask CDS +* → CDS#4 a=1
      ack 3 → CDS#5 -b
    `,
  },
  'a name that is subscribed again after it was unsubscribed is sent again': {
    sotw: `
      serve EDS a=1 b=1
      ask EDS a b → EDS#1 a=1 b=1
      ack 1 a
      ack 1 a b → EDS#2 b=1
    `,
    delta: `
      serve EDS a=1 b=1
      ask EDS +a +b → EDS#1 a=1 b=1
      ack 1 -b
      ask EDS +b → EDS#2 b=1
    `,
  },
})

const NAMED: Subscription = { wildcard: false, names: new Set(['a', 'b']), legacyWildcardOff: true }
const WILDCARD: Subscription = { wildcard: true, names: new Set(['a']), legacyWildcardOff: true }

t.test('a subscription covers its names, or everything', async (t) => {
  t.equal(isSubscribed(NOTHING, 'a'), false)
  t.equal(isSubscribed(NAMED, 'a'), true)
  t.equal(isSubscribed(NAMED, 'c'), false)
  t.equal(isSubscribed(WILDCARD, 'c'), true)
})

const LISTS: readonly [
  title: string,
  before: Subscription,
  list: readonly string[],
  expected: { subscribed: string[]; unsubscribed: string[]; wildcardBegan: boolean; names: string[] },
][] = [
  ['the same names in another order', NAMED, ['b', 'a'], change([], [], false, ['a', 'b'])],
  ['a name twice', NAMED, ['a', 'b', 'c', 'c'], change(['c'], [], false, ['a', 'b', 'c'])],
  ['one name for another', NAMED, ['b', 'c'], change(['c'], ['a'], false, ['b', 'c'])],
  ['* beside names', NAMED, ['a', '*', 'b'], change([], [], true, ['a', 'b'])],
  ['nothing after names', NAMED, [], change([], ['a', 'b'], false, [])],
  ['* once more', WILDCARD, ['*', 'a'], change([], [], false, ['a'])],
]

function change(subscribed: string[], unsubscribed: string[], wildcardBegan: boolean, names: string[]) {
  return { subscribed, unsubscribed, wildcardBegan, names }
}

for (const [title, before, list, expected] of LISTS) {
  t.test(`a list with ${title} subscribes to and unsubscribes from the difference`, async (t) => {
    const { subscription, subscribed, unsubscribed, wildcardBegan } = subscribeToList(
      before,
      shareList(list),
      true,
    )
    t.same(change([...subscribed], [...unsubscribed], wildcardBegan, [...subscription.names]), expected)
    t.equal(subscription.legacyWildcardOff, true)
  })
}

t.test('a list that changes no name keeps the set of names, which may be large', async (t) => {
  t.equal(subscribeToList(NAMED, shareList(['b', 'a', '*']), false).subscription.names, NAMED.names)
})

t.test('a request that asks for no change leaves the subscription as it is', async (t) => {
  const nothing = { subscribe: EMPTY_LIST, unsubscribe: EMPTY_LIST, first: false }
  t.same(subscribeToChange(WILDCARD, nothing, true), {
    subscription: WILDCARD,
    subscribed: new Set(),
    unsubscribed: new Set(),
    wildcardBegan: false,
  })
  t.equal(subscribeToChange(WILDCARD, nothing, true).subscription, WILDCARD)
})

t.test('a change has the subscribed and the unsubscribed names, each once and without *', async (t) => {
  const { subscription, ...change } = subscribeToChange(
    WILDCARD,
    { subscribe: shareList(['c', 'c', 'd']), unsubscribe: shareList(['*', 'a', 'a', 'd']), first: false },
    true,
  )
  t.same(change, { subscribed: new Set(['c', 'd']), unsubscribed: new Set(['a']), wildcardBegan: false })
  t.equal(subscription.wildcard, false)
  t.same([...subscription.names], ['c', 'd'])
})

t.test('requests with the same list share its set of names, whatever the protocol', async (t) => {
  const list = shareList(['a', 'b'])
  const ofList = subscribeToList(NOTHING, list, false)
  const ofChange = subscribeToChange(
    NOTHING,
    { subscribe: list, unsubscribe: EMPTY_LIST, first: true },
    false,
  )
  t.equal(ofList.subscription.names, ofChange.subscription.names)
  t.equal(ofList.subscribed, ofList.subscription.names)
})

t.test('a first request that only unsubscribes still has the legacy wildcard', async (t) => {
  const first = { subscribe: EMPTY_LIST, unsubscribe: shareList(['a']), first: true }
  t.equal(subscribeToChange(NOTHING, first, true).subscription.wildcard, true)
  t.equal(subscribeToChange(NOTHING, first, false).subscription.wildcard, false)
})

t.test(
  'unions and differences are one of their sets where that is enough, so that it stays shared',
  async (t) => {
    const [empty, some, others] = [new Set<string>(), new Set(['a', 'b']), new Set(['b', 'c'])]
    t.equal(unite(some, empty), some)
    t.equal(unite(empty, some), some)
    t.same(unite(some, others), new Set(['a', 'b', 'c']))
    t.equal(without(some, empty), some)
    t.equal(without(empty, some), empty)
    t.equal(without(some, some), NO_NAMES)
    t.same(without(some, others), new Set(['a']))
  },
)

t.test(
  'streams with the same names share what they subscribe to of a list, so that it is encoded once',
  async (t) => {
    const { list } = typeIn(snapshotFor('EDS a=1 b=1 c=1', 1), ENDPOINT)
    const [some, all, others] = [new Set(['a', 'c', 'x']), new Set(['a', 'b', 'c']), new Set(['x'])]
    const among = (names: ReadonlySet<string>) => subscribedAmong(list, { wildcard: false, names })
    t.same(
      among(some).map(({ name }) => name),
      ['a', 'c'],
    )
    t.equal(among(some), among(some))
    t.equal(among(all), list)
    t.equal(subscribedAmong(list, { wildcard: true, names: NO_NAMES }), list)
    t.same(among(others), [])
  },
)

t.test('of one resource, it is the list itself or nothing', async (t) => {
  const { list } = typeIn(snapshotFor('EDS a=1', 1), ENDPOINT)
  t.equal(subscribedAmong(list, { wildcard: false, names: new Set(['a', 'b']) }), list)
  t.equal(subscribedAmong(list, { wildcard: false, names: new Set(['b']) }), EMPTY_LIST)
})

t.test(
  'X77: a name that is given up stays covered by its collection, and so does one whose collection goes',
  async (t) => {
    const subscription = { ...NOTHING, names: new Set(['xdstp://a/C/f/*', 'xdstp://a/C/g/x']) }
    const covered = (...names: readonly string[]) => [...stillCovered(subscription, new Set(names))].sort()
    t.strictSame(covered('xdstp://a/C/f/y'), ['xdstp://a/C/f/y'])
    t.strictSame(covered('xdstp://a/C/g/*'), ['xdstp://a/C/g/x'])
    t.strictSame(covered('xdstp://a/C/f/y', 'xdstp://a/C/g/*'), ['xdstp://a/C/f/y', 'xdstp://a/C/g/x'])
    t.strictSame(covered('plain'), [])
  },
)

t.test('sets of names that need no change stay the same object, so that streams share them', async (t) => {
  const names = new Set(['a', 'b'])
  const inCollection = { ...NOTHING, names: new Set(['xdstp://a/C/f/*']) }
  t.ok(uncovered(NOTHING, names) === names)
  t.ok(stillCovered(inCollection, names) === NO_NAMES)
  t.ok(stillCovered(inCollection, NO_NAMES) === NO_NAMES)
})

t.test('X90: a name that the client writes is no answer to another one any more', async (t) => {
  const before = {
    ...NOTHING,
    names: new Set(['r/a', 'r/x', 'r/y', 'r/z']),
    byAlias: new Set(['r/x', 'r/y', 'r/z']),
  }
  const change = { subscribe: shareList(['r/x']), unsubscribe: shareList(['r/y']), first: false }
  const { subscription } = subscribeToChange(before, change, false)
  t.strictSame([...(subscription.byAlias ?? [])], ['r/z'])
  t.notOk('byAlias' in subscribeToChange({ ...NOTHING, names: before.names }, change, false).subscription)
})

t.test('a client lists no resource if it lists only the wildcard, or only collections', async (t) => {
  const lists = (wildcard: boolean, ...names: readonly string[]) =>
    listsNoResource({ ...NOTHING, wildcard, names: new Set(names) })
  t.strictSame([lists(true), lists(false, 'xdstp://a/C/f/*')], [true, true])
  t.strictSame([lists(false), lists(true, 'a'), lists(false, 'xdstp://a/C/f/*', 'a')], [false, false, false])
})
