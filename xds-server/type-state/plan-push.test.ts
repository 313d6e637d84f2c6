// What a push plans beyond the scripts: lists that streams share, targets behind the newest snapshot, and NACKs that stay.

import t from 'tap'
import { snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { nackedOf, resourcesOf, typeStateOf } from '../../test/support/stream-states.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { ABSENT, holding, REMOVED, UNKNOWN, unconfirmed } from './held.ts'
import { type PushContext, planPush } from './plan-push.ts'
import type { TypeState } from './type-state.ts'

const CDS = typeUrlFor('CDS')
const LATEST = snapshotFor('CDS a=1 b=1', 2)
const OLDER = snapshotFor('CDS a=1 c=1', 1)
const ALL = typeIn(LATEST, CDS).list

function contextOf(latest: Snapshot, fields: Partial<PushContext> = {}): PushContext {
  return {
    latest,
    target: latest,
    isStageOpen: true,
    isRemovable: () => true,
    heldBack: new Set(),
    ...fields,
  }
}

const textsOf = (resources: readonly { readonly name: string }[]) => resources.map(({ name }) => name)

const SHARED: readonly [title: string, typeState: TypeState][] = [
  ['a wildcard without resources', typeStateOf('CDS')],
  ['a wildcard without resources that asks', typeStateOf('CDS', { requested: ['a'] })],
  ['all names without resources', typeStateOf('CDS', { names: ['a', 'b'] })],
  ['all names without resources that asks', typeStateOf('CDS', { names: ['a', 'b'], requested: ['b'] })],
  ['a wildcard that knows nothing', typeStateOf('CDS', { except: { a: UNKNOWN, b: UNKNOWN } })],
]

for (const [title, typeState] of SHARED) {
  t.test(`${title} gets the one list of the type, which is encoded once`, async (t) => {
    const { upserts, removed, overrides } = planPush(typeState, contextOf(LATEST))
    t.equal(upserts, ALL)
    t.same(removed, [])
    t.equal(overrides.size, 0)
  })
}

t.test('streams that are sent the same change share its list', async (t) => {
  const before = typeStateOf('CDS', { has: 'a=1' })
  const named = typeStateOf('CDS', { has: 'a=1', names: ['b'] })
  const [first, second, third] = [before, { ...before }, { ...named, view: before.view }].map((typeState) =>
    planPush(typeState, contextOf(LATEST)),
  )
  t.same(textsOf(first?.upserts ?? []), ['b'])
  t.equal(first?.upserts, second?.upserts)
  t.equal(first?.upserts, third?.upserts)
})

t.test('a name that is asked for and missing is answered beside the whole list', async (t) => {
  const asked = typeStateOf('CDS', { names: ['a', 'b', 'z'], requested: ['z'] })
  const { upserts, removed } = planPush(asked, contextOf(LATEST))
  t.equal(upserts, ALL)
  t.same(removed, ['z'])
})

t.test('X14: an answer comes from the newest snapshot, and differs from an older target', async (t) => {
  const asked = typeStateOf('CDS', { has: 'a=1 c=1', requested: ['b', 'c'] })
  const { target, upserts, removed, overrides } = planPush(
    asked,
    contextOf(LATEST, { target: OLDER, isStageOpen: false }),
  )
  const [b] = resourcesOf('CDS', 'b=1')
  if (b === undefined) throw new Error('no resource')
  t.equal(target, typeIn(OLDER, CDS))
  t.same(textsOf(upserts), ['b'])
  t.same(removed, ['c'])
  t.same(
    [...overrides].sort(([one], [other]) => (one < other ? -1 : 1)),
    [
      ['b', holding(b)],
      ['c', REMOVED],
    ],
  )
})

t.test('X14: a push to an older target carries its content, though the newest is as large', async (t) => {
  const context = contextOf(LATEST, { target: OLDER })
  const unsure = typeStateOf('CDS', { except: { a: UNKNOWN, c: UNKNOWN } })
  const begun = { ...unsure, request: { ...unsure.request, isFirst: true } }
  t.same(textsOf(planPush(begun, context).upserts).sort(), ['a', 'c'])
  t.same(textsOf(planPush(typeStateOf('CDS', { requested: ['z'] }), context).upserts).sort(), ['a', 'c'])
})

t.test('a type that no snapshot was pushed to keeps what the client has', async (t) => {
  const before = typeStateOf('CDS', { has: 'a=2' })
  const { target, pushed, upserts, removed } = planPush(before, contextOf(LATEST, { target: 'none' }))
  t.equal(target, before.view.base)
  t.equal(pushed, 'none')
  t.same([upserts.length, removed.length], [0, 0])
})

t.test('X5: a NACK stays while its content is wanted, and ends when it is not', async (t) => {
  const stays = nackedOf('CDS', 'a=1')
  const ends = nackedOf('CDS', 'a=9')
  const nacks = { has: 'b=1', nacked: [stays, ends] }
  const { nacked, upserts, overrides } = planPush(typeStateOf('CDS', nacks), contextOf(LATEST))
  t.same(nacked, [stays])
  t.same(textsOf(upserts), [])
  t.same([...overrides], [['a', ABSENT]], 'it is not there yet')
})

t.test(
  'X52: a NACK that may mean an earlier response stays until the next answer, and is sent again',
  async (t) => {
    const open = nackedOf('CDS', 'a=1', { isReleased: true, isAmbiguous: true })
    const { nacked, upserts } = planPush(
      typeStateOf('CDS', { has: 'b=1', nacked: [open] }),
      contextOf(LATEST),
    )
    t.same(nacked, [open])
    t.same(textsOf(upserts), ['a'])
  },
)

t.test('X44: a name that is held back is not sent, and its neighbor is', async (t) => {
  const { upserts, overrides } = planPush(typeStateOf('CDS'), contextOf(LATEST, { heldBack: new Set(['a']) }))
  t.same(textsOf(upserts), ['b'])
  t.same([...overrides], [['a', ABSENT]])
})

t.test('streams without resources that subscribe to the same names share one list', async (t) => {
  const some = typeStateOf('CDS', { names: ['a'], requested: ['a'] })
  const [first, second] = [some, { ...some }].map((typeState) => planPush(typeState, contextOf(LATEST)))
  t.same(textsOf(first?.upserts ?? []), ['a'])
  t.ok(first?.upserts === second?.upserts)
})

t.test('X5: a NACKed removal ends when something uses the name again', async (t) => {
  const [z] = resourcesOf('CDS', 'z=1')
  if (z === undefined) throw new Error('no resource')
  const removal = nackedOf('CDS', '', { content: new Map([['z', undefined]]), blamed: new Set(['z']) })
  const except = { z: unconfirmed(holding(z), undefined) }
  const before = typeStateOf('CDS', { has: 'a=1 b=1', except, nacked: [removal] })
  const used = planPush(before, contextOf(LATEST, { isRemovable: () => false }))
  t.strictSame([textsOf(used.upserts), used.nacked], [['z'], []], 'the client is sent it again')
  const unused = planPush(before, contextOf(LATEST))
  t.strictSame([textsOf(unused.upserts), unused.nacked], [[], [removal]])
})
