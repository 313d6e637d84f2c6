// What a client has when its stream begins.

import t from 'tap'
import { resourceFor, snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { typeIn } from '../snapshot/snapshot.ts'
import { emptyTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { type Held, holding, UNKNOWN } from '../type-state/held.ts'
import { NOTHING, type Subscription } from '../type-state/subscription.ts'
import { formerView, listedView, reportedView, resumedView } from './reported.ts'
import { createStreamState } from './stream.ts'

const CDS = typeUrlFor('CDS')
const retired = resourceFor('CDS', 'a=1')
const snapshot = snapshotFor('CDS b=1', 2, snapshotFor('CDS a=1 b=1', 1))
const claimed = (version: string): Held => ({ kind: 'claimed', version })

const CASES: readonly [title: string, reported: [string, string | undefined][], held: [string, Held][]][] = [
  ['nothing', [], []],
  ['a version', [['b', 'v1']], [['b', claimed('v1')]]],
  ['a name without a version', [['b', undefined]], [['b', UNKNOWN]]],
  ['a resource that is out of the snapshot', [['a', retired.version]], [['a', holding(retired)]]],
  ['the name of one', [['a', undefined]], [['a', holding(retired)]]],
  ['another version of one', [['a', 'v2']], [['a', claimed('v2')]]],
]

for (const [title, reported, held] of CASES) {
  t.test(`X21: a client that reports ${title}`, async (t) => {
    const view = reportedView({ ...createStreamState(), snapshot }, CDS, reported)
    t.same([...view.overrides], held)
    t.equal(view.base, emptyTypeSnapshot(CDS))
  })
}

t.test('X6: what the node NACKed on an earlier stream is unknown, whatever it reports', async (t) => {
  const unconfirmed = new Map([
    [CDS, new Set(['b', 'c'])],
    [typeUrlFor('LDS'), new Set(['l'])],
  ])
  const view = reportedView({ ...createStreamState({ unconfirmed }), snapshot }, CDS, [['b', 'v1']])
  t.same(
    [...view.overrides],
    [
      ['b', UNKNOWN],
      ['c', UNKNOWN],
    ],
  )
})

t.test('X21: SotW clients that list the same names share their view, except those with a NACK', async (t) => {
  const names = new Set(['a', 'b', 'xdstp:///envoy.config.cluster.v3.Cluster/*'])
  const state = { ...createStreamState(), snapshot }
  const view = listedView(state, CDS, names)
  t.same(
    [...view.overrides],
    [
      ['a', holding(retired)],
      ['b', UNKNOWN],
    ],
  )
  t.equal(listedView({ ...state }, CDS, names), view)
  t.same([...listedView(state, typeUrlFor('EDS'), names).overrides.keys()], ['a', 'b'])
  t.equal(listedView(state, typeUrlFor('EDS'), names).base, emptyTypeSnapshot(typeUrlFor('EDS')))
  const unconfirmed = new Map([[CDS, new Set(['c'])]])
  const other = listedView({ ...state, unconfirmed }, CDS, names)
  t.same([...other.overrides.keys()], ['a', 'b', 'c'])
  t.same([...listedView({ ...state, snapshot: undefined }, CDS, names).overrides.keys()], ['a', 'b'])
})

t.test('X25: before the first snapshot a reported version is kept', async (t) => {
  const { overrides } = reportedView(createStreamState(), CDS, [['a', retired.version]])
  t.same([...overrides], [['a', claimed(retired.version)]])
})

const served = snapshotFor('CDS a=1 b=1', 1)
const versionsOf = (...names: readonly string[]) =>
  new Map(names.map((name) => [name, typeIn(served, CDS).resources.get(name)?.version ?? 'v0']))
const everything: Subscription = { ...NOTHING, wildcard: true }
const byName = (...names: readonly string[]): Subscription => ({ ...NOTHING, names: new Set(names) })

const RESUMED: readonly [
  title: string,
  subscription: Subscription,
  reported: ReadonlyMap<string, string>,
  differs: [string, Held][] | undefined,
][] = [
  ['everything', everything, versionsOf('a', 'b'), []],
  ['everything that it names', byName('a'), versionsOf('a'), []],
  ['another version', everything, new Map([...versionsOf('a'), ['b', 'v0']]), [['b', claimed('v0')]]],
  ['nothing', everything, new Map(), undefined],
  ['less than everything', everything, versionsOf('a'), undefined],
  ['less than it names', byName('a', 'b'), versionsOf('a'), undefined],
  ['more than it names', byName('a'), versionsOf('a', 'b'), undefined],
  ['something that is not served', everything, versionsOf('a', 'gone'), undefined],
  ['less than it names, which is not served', byName('a', 'gone'), versionsOf('a'), undefined],
  [
    'everything, and also names something',
    { ...byName('a'), wildcard: true },
    versionsOf('a', 'b'),
    undefined,
  ],
]

for (const [title, subscription, reported, differs] of RESUMED) {
  t.test(
    `X21: a client that reports ${title} ${differs ? 'has the newest snapshot' : 'is looked at name by name'}`,
    async (t) => {
      const view = resumedView({ ...createStreamState(), snapshot: served }, CDS, subscription, reported)
      t.equal(view?.base, differs && typeIn(served, CDS))
      t.same(view && [...view.overrides], differs)
    },
  )
}

t.test('X6: a client that reports everything may have something else under what it NACKed', async (t) => {
  const unconfirmed = new Map([[CDS, new Set(['b'])]])
  const state = { ...createStreamState({ unconfirmed }), snapshot: served }
  t.same([...(resumedView(state, CDS, everything, versionsOf('a', 'b'))?.overrides ?? [])], [['b', UNKNOWN]])
})

t.test(
  'X21: a client that reports nothing, or names a glob collection, is looked at in the usual way',
  async (t) => {
    const resumed = (served: string, subscription: Subscription, reported: ReadonlyMap<string, string>) =>
      resumedView({ ...createStreamState(), snapshot: snapshotFor(served, 1) }, CDS, subscription, reported)
    const all = { ...NOTHING, wildcard: true }
    t.equal(resumed('EDS a=1', all, new Map()), undefined, 'it waits for an answer')
    const [one, collection] = ['xdstp://a/C/f/x', 'xdstp://a/C/f/*']
    const { version } = resourceFor('CDS', `${one}=1`)
    const ofCollection = { ...NOTHING, names: new Set([collection]) }
    t.equal(resumed(`CDS ${one}=1`, ofCollection, new Map([[one, version]])), undefined)
    t.ok(resumed(`CDS ${one}=1`, all, new Map([[one, version]]))?.isResumed, 'the twin')
  },
)

t.test('X59: a resource with a TTL may have expired since the client reported it', async (t) => {
  const { version } = resourceFor('CDS', 'a=1~9000')
  const served = { ...createStreamState(), snapshot: snapshotFor('CDS a=1~9000', 1) }
  const view = resumedView(served, CDS, { ...NOTHING, wildcard: true }, new Map([['a', version]]))
  t.strictSame([...(view?.overrides ?? [])], [['a', claimed(version)]])
})

t.test(
  'X21: a reported version stands for former clusters if the client has all of them, and for nothing else',
  async (t) => {
    const base = typeIn(snapshot, CDS)
    const stream = createStreamState({ sentClusters: (version) => (version === 'v1' ? base : undefined) })
    const all = { ...NOTHING, wildcard: true }
    t.ok(formerView(stream, CDS, all, 'v1')?.base === base)
    t.equal(formerView(stream, CDS, all, 'v2'), undefined)
    t.equal(formerView(stream, CDS, all, undefined), undefined)
    t.equal(formerView(stream, typeUrlFor('LDS'), all, 'v1'), undefined)
    t.equal(formerView(stream, CDS, NOTHING, 'v1'), undefined)
    t.equal(formerView(stream, CDS, { ...all, names: new Set(['b']) }, 'v1'), undefined)
  },
)
