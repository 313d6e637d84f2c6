// Which runs a pattern chooses, and what an unknown one gets.

import t from 'tap'
import { selectRuns } from './select-runs.ts'

const IDS = ['l4.unary.1', 'l4.stream.1', 'l7-random.unary.1', 'l7-random.unary.4', 'l7-maglev.unary.4']
const RUNS = IDS.map((id) => ({ id }))
const chosen = (...patterns: string[]) => selectRuns(RUNS, patterns).map(({ id }) => id)

const CASES = [
  ['an id', ['l4.stream.1'], ['l4.stream.1']],
  ['a part', ['unary'], IDS.filter((id) => id.includes('unary'))],
  ['parts in order, with others between', ['l4.1'], ['l4.unary.1', 'l4.stream.1']],
  ['a star within a part', ['l7-*.1'], ['l7-random.unary.1']],
  [
    'several patterns, in the order of the plan',
    ['l7-maglev', 'stream'],
    ['l4.stream.1', 'l7-maglev.unary.4'],
  ],
] as const

for (const [title, patterns, expected] of CASES) {
  t.test(`runs are chosen by ${title}`, async (t) => {
    t.strictSame(chosen(...patterns), expected)
  })
}

t.test('parts in another order, and a piece of a part, choose nothing', async (t) => {
  for (const pattern of ['unary.l4', 'l7', 'l4.unar', '', 'l4.unary.1.x', 'l7-.andom']) {
    t.throws(() => chosen(pattern), { code: 'not-found' }, pattern)
  }
})

t.test('all unknown patterns are reported, each with the nearest ids', async (t) => {
  t.throws(() => chosen('l7-randon.unary', 'unary', 'l5.stream'), {
    message: /^--only: unknown runs:/,
    problems: [
      { path: 'l7-randon.unary', message: /Nearest: l7-random\.unary\.1, l7-random\.unary\.4, / },
      { path: 'l5.stream', message: /Nearest: l4\.stream\.1, / },
    ],
  })
})
