// What state-of-the-world responses carry.

import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { textOf, typeUrlFor } from '../../test/support/script-resources.ts'
import { resourcesOf, typeStateOf } from '../../test/support/stream-states.ts'
import type { Resource } from '../snapshot/resource.ts'
import { createTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { setVersion } from '../snapshot/version.ts'
import { ABSENT, type Held, holding, UNKNOWN } from '../type-state/held.ts'
import type { PushPlan } from '../type-state/plan-push.ts'
import { NOTHING_SENT } from '../type-state/resource-errors.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { composeSotw } from './sotw-compose.ts'

interface Plan {
  readonly target: string
  readonly upserts?: string
  readonly removed?: readonly string[]
  readonly overrides?: Readonly<Record<string, Held>>
}

function planOf(type: string, { target, upserts = '', removed = [], overrides = {} }: Plan): PushPlan {
  return {
    target: createTypeSnapshot(typeUrlFor(type), resourcesOf(type, target), 'given'),
    pushed: 'none',
    upserts: shareList(resourcesOf(type, upserts)),
    removed,
    overrides: new Map(Object.entries(overrides)),
    nacked: [],
    errors: [],
    sentErrors: NOTHING_SENT,
  }
}

/** What the response carries, in short; undefined if none is sent. */
function composed(typeState: TypeState, plan: PushPlan) {
  const [draft, ...more] = composeSotw(typeState, plan)
  if (more.length > 0) throw new Error('SotW sends one response')
  if (draft === undefined) return undefined
  return {
    has: draft.resources.map(textOf).join(' '),
    changed: draft.changedResources.map(textOf).join(' '),
    removed: draft.removed.join(' '),
    ...(draft.version !== plan.target.version && { own: draft.version === setVersion(draft.resources) }),
  }
}

const one = (text: string): Resource => {
  const [resource] = resourcesOf('CDS', text)
  if (resource === undefined) throw new Error(`"${text}" is no resource`)
  return resource
}
const nacked = (before: Held, sent?: Resource): Held => ({ kind: 'unconfirmed', before, sent })
const first = (typeState: TypeState, clientVersion?: string): TypeState => ({
  ...typeState,
  request: { ...typeState.request, isFirst: true, clientVersion },
})

t.test('a full-state response carries all, and says what is new', async (t) => {
  const before = typeStateOf('CDS', { has: 'a=1 b=1 c=1' })
  const plan = planOf('CDS', { target: 'a=2 b=1', upserts: 'a=2', removed: ['c'] })
  t.same(composed(before, plan), { has: 'a=2 b=1', changed: 'a=2', removed: 'c' })
  t.match(composeSotw(before, plan), [{ isFullState: true }])
})

t.test('a full-state response is sent only if something changes, or to answer a wildcard', async (t) => {
  const before = typeStateOf('CDS', { has: 'a=1' })
  const nothing = planOf('CDS', { target: 'a=1', removed: ['z'] })
  t.equal(composed(before, nothing), undefined, 'a missing name is not removed')
  t.same(composed(first(before), nothing), { has: 'a=1', changed: '', removed: '' })
  const named = first(typeStateOf('CDS', { names: ['z'] }))
  t.equal(composed(named, planOf('CDS', { target: '' })), undefined)
})

t.test(
  'X55: a wildcard client that has the version needs no answer, unless it also names something',
  async (t) => {
    const plan = planOf('CDS', { target: 'a=1', upserts: 'a=1' })
    const answer = { has: 'a=1', changed: 'a=1', removed: '' }
    const all = typeStateOf('CDS')
    const { version } = plan.target
    t.equal(composed(first(all, version), plan), undefined)
    t.same(composed(first(all, 'other'), plan), answer)
    t.same(composed(first(all), plan), answer)
    const { subscription } = all
    const also = { ...all, subscription: { ...subscription, names: new Set(['a']) } }
    t.same(composed(first(also, version), plan), answer)
    t.same(composed(first(typeStateOf('CDS', { names: ['a'] }), version), plan), answer)
  },
)

const older = holding(one('a=1'))

const KEPT: readonly [title: string, plan: Plan, expected: object][] = [
  [
    'a resource that may not go yet is repeated, in the order of names',
    { target: 'b=1', upserts: 'b=1', overrides: { a: older } },
    { has: 'a=1 b=1', changed: 'b=1', removed: '', own: true },
  ],
  [
    'a NACKed change is replaced by what the client had',
    { target: 'a=2 b=1', upserts: 'b=1', overrides: { a: nacked(older, one('a=2')) } },
    { has: 'a=1 b=1', changed: 'b=1', removed: '', own: true },
  ],
  [
    'a NACKed addition is left out',
    { target: 'b=1 c=1', upserts: 'b=1', overrides: { c: nacked(ABSENT, one('c=1')) } },
    { has: 'b=1', changed: 'b=1', removed: 'c', own: true },
  ],
  [
    'a name that the client lacks and must wait is left out',
    { target: 'b=1 c=1', upserts: 'b=1', overrides: { c: ABSENT } },
    { has: 'b=1', changed: 'b=1', removed: 'c', own: true },
  ],
  [
    'a name that nobody knows gets the wanted resource',
    { target: 'a=2 b=1', upserts: 'b=1', overrides: { a: UNKNOWN } },
    { has: 'a=2 b=1', changed: 'a=2 b=1', removed: '' },
  ],
  [
    'a name that nobody knows or wants is left out',
    { target: 'b=1', upserts: 'b=1', overrides: { z: UNKNOWN } },
    { has: 'b=1', changed: 'b=1', removed: 'z' },
  ],
  [
    'a NACKed resource is repeated if nobody knows what the client had, and the others with it',
    {
      target: 'a=2 b=1 c=1',
      upserts: 'b=1',
      overrides: { a: nacked(UNKNOWN, one('a=2')), c: nacked(ABSENT, one('c=1')) },
    },
    { has: 'a=2 b=1 c=1', changed: 'a=2 b=1 c=1', removed: '' },
  ],
  [
    'a NACKed resource that is not wanted any more is not repeated',
    { target: 'b=1 c=1', upserts: 'b=1', overrides: { a: nacked(UNKNOWN), c: nacked(ABSENT, one('c=1')) } },
    { has: 'b=1', changed: 'b=1', removed: 'a c', own: true },
  ],
]

for (const [title, plan, expected] of KEPT) {
  t.test(`X5, X15: ${title}`, async (t) => {
    const before = typeStateOf('CDS', { except: { a: older, c: UNKNOWN } })
    t.same(composed(before, planOf('CDS', plan)), expected)
  })
}

t.test('a full-state response leaves out what is not subscribed', async (t) => {
  const before = typeStateOf('CDS', { names: ['b'] })
  const plan = planOf('CDS', { target: 'a=1 b=1', upserts: 'b=1', overrides: { a: older, c: ABSENT } })
  t.match(composed(before, plan), { has: 'b=1', changed: 'b=1' })
})

t.test('other types carry what changed, and remove nothing', async (t) => {
  const plan = planOf('EDS', { target: 'a=2 b=1', upserts: 'a=2', removed: ['c'] })
  const before = typeStateOf('EDS', { has: 'a=1 b=1 c=1', names: ['a', 'b', 'c'] })
  t.same(composed(before, plan), { has: 'a=2', changed: 'a=2', removed: '' })
  const nothing = planOf('EDS', { target: 'a=1' })
  t.equal(composed(before, nothing), undefined)
  t.equal(composed(first(before), nothing), undefined)
  t.same(composed(first(typeStateOf('EDS')), nothing), { has: '', changed: '', removed: '' })
  t.equal(composed(typeStateOf('EDS'), nothing), undefined)
})
