// What a client has under one name, and what can be said about it.

import t from 'tap'
import { resourceFor } from '../../test/support/script-resources.ts'
import type { Resource } from '../snapshot/resource.ts'
import {
  ABSENT,
  ackedResource,
  beforeNacks,
  type Held,
  holding,
  holdingOrAbsent,
  isExactly,
  isNothing,
  resourcesInEffect,
  UNKNOWN,
  unconfirmed,
} from './held.ts'

const one = resourceFor('CDS', 'a=1')
const two = resourceFor('CDS', 'a=2')
const three = resourceFor('CDS', 'a=3')
const claimed: Held = { kind: 'claimed', version: one.version }
const nacked = (before: Held, sent: Resource | undefined): Held => ({ kind: 'unconfirmed', before, sent })
const twice = nacked(nacked(holding(one), two), three)

t.test('a resource is held, and no resource is nothing', async (t) => {
  t.same(holdingOrAbsent(one), holding(one))
  t.equal(holdingOrAbsent(undefined), ABSENT)
})

const CASES: readonly [title: string, held: Held, expected: object][] = [
  ['nothing', ABSENT, { before: ABSENT, acked: undefined, inEffect: [], exactly: ['none'] }],
  [
    'a resource that was sent',
    holding(one),
    { before: holding(one), acked: one, inEffect: [one], exactly: ['one'] },
  ],
  [
    'a reported version',
    claimed,
    { before: claimed, acked: undefined, inEffect: undefined, exactly: ['one'] },
  ],
  [
    'a resource with a NACKed change',
    nacked(holding(one), two),
    { before: holding(one), acked: one, inEffect: [one, two], exactly: [] },
  ],
  [
    'a resource with a NACKed removal',
    nacked(holding(one), undefined),
    { before: holding(one), acked: one, inEffect: [one], exactly: [] },
  ],
  [
    'nothing, and a NACKed addition',
    nacked(ABSENT, two),
    { before: ABSENT, acked: undefined, inEffect: [two], exactly: [] },
  ],
  [
    'a resource with two NACKed changes',
    twice,
    { before: holding(one), acked: one, inEffect: [one, two, three], exactly: [] },
  ],
  [
    'a reported version with a NACKed change',
    nacked(claimed, two),
    { before: claimed, acked: undefined, inEffect: undefined, exactly: [] },
  ],
  ['anything', UNKNOWN, { before: UNKNOWN, acked: undefined, inEffect: undefined, exactly: [] }],
]

for (const [title, held, expected] of CASES) {
  t.test(`X5, X15: ${title}: what was before NACKs, what may be in effect, and what is known`, async (t) => {
    const wanted = { one, two, three, none: undefined }
    t.same(
      {
        before: beforeNacks(held),
        acked: ackedResource(held),
        inEffect: resourcesInEffect(held),
        exactly: Object.entries(wanted)
          .filter(([, resource]) => isExactly(held, resource))
          .map(([name]) => name),
      },
      expected,
    )
  })
}

t.test(
  'X48: content that is NACKed twice counts once, and of many contents only the newest count',
  async (t) => {
    t.same(unconfirmed(unconfirmed(holding(one), two), two), nacked(holding(one), two))
    const many = Array.from({ length: 20_000 }, (_, at) => ({ ...two, version: `${at}` }))
    let held = holding(one)
    for (const sent of many) held = unconfirmed(held, sent)
    t.equal(beforeNacks(held).kind === 'resource' && ackedResource(held), one)
    t.same(resourcesInEffect(held), [one, ...many.slice(-16)])
  },
)

t.test('X72: a NACK gives a client nothing of a name that does not exist', async (t) => {
  t.ok(isNothing(ABSENT))
  t.ok(isNothing(unconfirmed(ABSENT, undefined)))
  for (const held of [unconfirmed(ABSENT, one), unconfirmed(holding(one), undefined), claimed, UNKNOWN])
    t.notOk(isNothing(held), held.kind)
})

t.test('NACKs that are few stay the same object, so that streams share them', async (t) => {
  t.ok(beforeOf(unconfirmed(twice, one)) === twice)
})

function beforeOf(held: Held): Held | undefined {
  return held.kind === 'unconfirmed' ? held.before : undefined
}
