// The decision about a name, in all its cases. decisions.md is the table of them; `npm run docs` writes it.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { allFacts, decisionTable } from '../../test/house/decision-table.ts'
import { type Decision, decide, type Facts, HELD_CASES } from './decide.ts'

const cases = allFacts()

t.test('X5, X15: the table in decisions.md is what decide does', async (t) => {
  const file = readFileSync(new URL('decisions.md', import.meta.url), 'utf8')
  t.equal(file, decisionTable(), 'run npm run docs, and read what changed')
})

/** What must hold whatever else is the case: of these facts, only these decisions. */
const RULES: readonly [title: string, when: Partial<Facts>, allowed: readonly Decision[]][] = [
  ['X22: a request is always answered', { isRequested: true }, ['send', 'remove', 'restore']],
  ['X22: a request for a resource is answered with it', { isRequested: true, isWanted: true }, ['send']],
  [
    'X5: NACKed content is not sent unless the client asks',
    { isNacked: true, isRequested: false },
    ['keep', 'none'],
  ],
  [
    'X14: what must wait is not sent unless the client asks',
    { mustWait: true, isRequested: false },
    ['keep', 'none'],
  ],
  [
    'X15: nothing in use is removed unless the client asks',
    { isRemovable: false, isRequested: false },
    ['keep', 'none', 'send', 'restore'],
  ],
  ['a wanted resource is never removed', { isWanted: true }, ['none', 'send', 'keep']],
  ['a resource that is not wanted is never sent', { isWanted: false }, ['none', 'remove', 'keep', 'restore']],
  ['X1: what the client has is not sent again', { held: 'same', isRequested: false }, ['none']],
]

for (const [title, when, allowed] of RULES) {
  t.test(title, async (t) => {
    const concerned = cases.filter((facts) =>
      Object.entries(when).every(([fact, value]) => facts[fact as keyof Facts] === value),
    )
    t.ok(concerned.length > 5, 'the rule has cases')
    const broken = concerned.filter((facts) => !allowed.includes(decide(facts)))
    t.same(broken, [])
  })
}

t.test('only a resource that we have is restored', async (t) => {
  const restored = cases.filter((facts) => decide(facts) === 'restore').map(({ held }) => held)
  t.same([...new Set(restored)].sort(), ['other', 'unconfirmed'])
})

t.test('every state of a name at the client is in the table', async (t) => {
  t.same(new Set(cases.map(({ held }) => held)), new Set(HELD_CASES))
  t.equal(cases.length, 176)
})
