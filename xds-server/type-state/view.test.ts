// What a client has of one type: the content of a snapshot, and the names that differ from it.

import t from 'tap'
import { resourceFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { createTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { ABSENT, type Held, holding, UNKNOWN } from './held.ts'
import { NOTHING } from './subscription.ts'
import { emptyView, forgotten, hasExactly, heldIn, type View, withHeld } from './view.ts'

const CDS = typeUrlFor('CDS')
const a = resourceFor('CDS', 'a=1')
const b = resourceFor('CDS', 'b=1')
const newer = resourceFor('CDS', 'a=2')
const base = createTypeSnapshot(CDS, [a, b])
const view: View = { base, overrides: new Map([['b', UNKNOWN]]) }

const LOOKS: readonly [title: string, view: View, name: string, held: Held, added?: string][] = [
  ['a name of the base', view, 'a', holding(a)],
  ['a name that differs from the base', view, 'b', UNKNOWN],
  ['a name that is neither', view, 'c', ABSENT],
  ['a name that is not listed at a reconnect', { ...view, hasUnlisted: true }, 'c', UNKNOWN],
  ['a listed name at a reconnect', { ...view, hasUnlisted: true }, 'a', holding(a)],
  ['a name of the base that was not subscribed before', view, 'a', ABSENT, 'a'],
  ['a name that differs from the base and was not subscribed before', view, 'b', UNKNOWN, 'b'],
]

for (const [title, at, name, held, added] of LOOKS) {
  t.test(`${title} is ${held.kind}`, async (t) => {
    t.same(heldIn(at, name, new Set(added)), held)
  })
}

t.test('a change that leads away from the base is an override, one that leads back ends it', async (t) => {
  const changed = withHeld(view, [
    ['a', holding(newer)],
    ['b', holding(b)],
    ['c', ABSENT],
  ])
  t.same([...changed.overrides], [['a', holding(newer)]])
  t.equal(changed.base, base)
  t.same([...view.overrides.keys()], ['b'], 'the view before is the same')
})

t.test('a client that asks anew may have all that it had, of its subscription', async (t) => {
  const had: View = { base, overrides: new Map([['c', ABSENT]]), hasUnlisted: true }
  const all = forgotten(had, { ...NOTHING, wildcard: true })
  t.same(all, { ...emptyView(CDS), overrides: new Map(['a', 'b', 'c'].map((name) => [name, UNKNOWN])) })
  const some = forgotten(had, { ...NOTHING, names: new Set(['b', 'z']) })
  t.same([...some.overrides.keys()], ['b'])
})

t.test('only the very content that was sent is certain', async (t) => {
  t.equal(hasExactly(view, a), true)
  t.equal(hasExactly(view, newer), false)
  t.equal(hasExactly(view, b), false, 'unknown')
})
