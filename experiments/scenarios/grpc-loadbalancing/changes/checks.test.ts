// Each check of changes holds for results as they should be, and fails for the nearest wrong ones.

import t from 'tap'
import type { Measured } from '../../../../harness/results.ts'
import { madeUpResults } from '../../../../test/support/lb-results.ts'
import { checkChanges } from './checks.ts'
import { FAILED, failedFigure, shareFigure, TIME_TO_RETURN } from './figures.ts'
import { changeId } from './measured-changes.ts'

const END = 'in the end'
const CALLS = 600

interface Figures {
  /** Calls that failed in all, and in a phase. */
  readonly failed?: number
  readonly failedIn?: Readonly<Record<string, number>>
  /** Percent of the calls in the end. */
  readonly shares?: Readonly<Record<string, number>>
  readonly more?: Readonly<Record<string, number>>
  readonly answers?: Readonly<Record<string, number>>
}

function measured({ failed = 0, failedIn = {}, shares = {}, more = {}, answers = {} }: Figures): Measured {
  return {
    seconds: 6,
    calls: 3 * CALLS,
    codes: { OK: 3 * CALLS - failed, UNAVAILABLE: failed },
    shares: { ...answers },
    histograms: {},
    processes: [],
    figures: {
      [FAILED]: failed,
      [`calls ${END}`]: CALLS,
      'calls while it fails': CALLS,
      ...Object.fromEntries(Object.entries(failedIn).map(([phase, count]) => [failedFigure(phase), count])),
      ...Object.fromEntries(Object.entries(shares).map(([id, share]) => [shareFigure(id, END), share])),
      ...more,
    },
  }
}

const resultsOf = (id: string, figures: Figures) => madeUpResults({ [id]: measured(figures) })

const L4 = 'envoy-l4'
const L7 = 'envoy-l7-round-robin'
const LEAST_REQUEST = 'envoy-l7-least-request'
const ILL = 'while it fails'

/** By the title of a check: a run, figures for which it holds, and figures for which it fails. */
const CASES: readonly (readonly [
  row: string,
  title: RegExp,
  change: string,
  way: string,
  right: Figures,
  wrong: Figures,
])[] = [
  ['O4.1', /gets its fair share$/, 'scale-up', L7, { shares: { b4: 25 } }, { shares: { b4: 10 } }],
  ['O4.1', /^At L4 a new backend/, 'scale-up', L4, { shares: { b4: 0 } }, { shares: { b4: 1 } }],
  ['O4.5', /^Clients of DNS/, 'scale-up', 'dns-round-robin', {}, { shares: { b4: 25 } }],
  [
    'O4.1',
    /^A maximum connection age/,
    'scale-up-by-age',
    L4,
    { answers: { b4: 9 } },
    { answers: { b4: 0 } },
  ],
  ['O4.1', /^To remove a backend/, 'scale-down', L4, {}, { failed: 1 }],
  ['O4.1', /a removed backend gets no call/, 'scale-down', L7, {}, { shares: { b3: 1 } }],
  ['O4.1', /^At L4 connections stay/, 'scale-down', L4, { shares: { b3: 25 } }, {}],
  ['O4.7', /drained before, fails no call$/, 'rolling-restart', L7, {}, { failed: 1 }],
  ['O4.7', /by force fails calls$/, 'rolling-crash', L7, { failed: 1 }, {}],
  ['O4.7', /^Without health checks and outlier detection/, 'death', L7, { failedIn: { [END]: 200 } }, {}],
  ['O4.7', /^With health checks/, 'death-health-check', L7, { failed: 9 }, { failedIn: { [END]: 1 } }],
  ['O4.7', /^With outlier/, 'death-outlier-detection', L7, { failed: 9 }, { failedIn: { [END]: 1 } }],
  ['O4.7', /^A client that balances/, 'death', 'xds-node', { failed: 2 }, { failedIn: { [END]: 1 } }],
  [
    'O4.7',
    /^Without outlier detection, a third/,
    'failure',
    L7,
    { failedIn: { [ILL]: 200 } },
    { failedIn: { [ILL]: 10 } },
  ],
  [
    ...(['O4.7', /^Outlier detection spares/, 'failure-outlier-detection', L7] as const),
    { failedIn: { [ILL]: 10 }, answers: { b2: 9 }, more: { [TIME_TO_RETURN]: 900 } },
    { failedIn: { [ILL]: 200 }, answers: { b2: 9 }, more: { [TIME_TO_RETURN]: 900 } },
  ],
  ['O4.9', /^least_request gives/, 'slowness', LEAST_REQUEST, { shares: { b2: 5 } }, { shares: { b2: 33 } }],
  ['O4.9', /^round_robin gives/, 'slowness', L7, { shares: { b2: 33 } }, { shares: { b2: 5 } }],
]

for (const [row, title, change, way, right, wrong] of CASES) {
  t.test(
    `${row}: the check "${title.source}" holds for right results and fails for wrong ones`,
    async (t) => {
      const outcomeOf = (id: string, figures: Figures) =>
        checkChanges(resultsOf(id, figures)).find((one) => title.test(one.title))
      const id = changeId(change, way)
      t.match(outcomeOf(id, right), { row, outcome: 'holds' })
      t.match(outcomeOf(id, wrong), { outcome: 'fails' })
      t.match(outcomeOf('states.edge', {}), { outcome: 'not measured' })
    },
  )
}

t.test('O4.7: a backend that is not taken back is found', async (t) => {
  const figures = { failedIn: { [ILL]: 10 }, answers: { b2: 9 } }
  const checks = checkChanges(resultsOf(changeId('failure-outlier-detection', L7), figures))
  t.match(
    checks.find(({ title }) => title.startsWith('Outlier detection spares')),
    { outcome: 'fails' },
  )
})

t.test('every check of changes has a case', async (t) => {
  const titles = checkChanges(resultsOf('states.edge', {})).map(({ title }) => title)
  t.same(
    titles.filter((title) => !CASES.some(([, pattern]) => pattern.test(title))),
    [],
  )
})
