// The report of made-up results: which parts it has, and what its tables say.

import t from 'tap'
import type { TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { madeUpLatency, madeUpResults, madeUpShares } from '../../../../test/support/lb-results.ts'
import { FAILED, TIME_TO_SHARE } from '../changes/figures.ts'
import { CONNECTIONS } from '../checks/pooling.ts'
import type { WayFacts } from '../checks/subject.ts'
import { figureName } from '../runs/state-figures.ts'
import { sectionsOf } from './sections.ts'

const WAYS: readonly WayFacts[] = [
  { id: 'envoy-l4', title: 'L4', who: 'proxy', picksFor: 'connection' },
  { id: 'envoy-l7-round-robin', title: 'L7', who: 'proxy', picksFor: 'call' },
  { id: 'dns-round-robin', title: 'DNS', who: 'client', picksFor: 'call' },
  { id: 'xds-go', title: 'xDS in Go', who: 'client', picksFor: 'call', oneChannel: true },
  { id: 'xds-node', title: 'xDS', who: 'client', picksFor: 'call' },
]
const EVEN = { b1: 100, b2: 101, b3: 99 }

function table(results: Results, title: RegExp): TableSection | undefined {
  const found = sectionsOf(results, WAYS).find((section) => title.test(section.title))
  return found?.kind === 'table' ? found : undefined
}

t.test('O4.10: ways with one channel are compared with those of several connections', async (t) => {
  const shares = sectionsOf(
    madeUpResults({
      'envoy-l4.unary.open.4c.3b': madeUpShares(EVEN),
      'envoy-l4.unary.open.64c.3b': madeUpShares(EVEN),
      'xds-go.unary.open.1c.3b': madeUpShares(EVEN),
    }),
    WAYS,
  ).find(({ kind }) => kind === 'shares')
  t.match(shares, { lines: [{ label: 'L4' }, { label: 'xDS in Go' }] })
})

t.test(
  'O4.11: a need is met by the way with the best figures, and by those that cannot be told from it',
  async (t) => {
    const rounds = (...milliseconds: number[]) =>
      milliseconds.map((one) => madeUpShares(EVEN, madeUpLatency(one)))
    const results = madeUpResults({
      'envoy-l7-round-robin.unary.open.4c.3b': rounds(9, 9.1, 9.2, 9.3),
      'dns-round-robin.unary.open.4c.3b': rounds(3, 3.1, 3.2, 3.3),
      'xds-go.unary.open.1c.3b': rounds(1, 1, 1, 1),
      'xds-node.unary.open.4c.3b': rounds(3.1, 3.2, 3.3, 3.4),
      // Faster, but not even.
      'envoy-l4.unary.open.4c.3b': Array.from({ length: 4 }, () =>
        madeUpShares({ b1: 300, b2: 0, b3: 0 }, madeUpLatency(1)),
      ),
    })
    const row = table(results, /^When to use what/)?.rows.find(([need]) => need === 'The lowest latency')
    t.match(row?.slice(1, 4), ['DNS', 'xDS', /^p50 3\.\d ms, p99 3\.\d ms$/])
    t.equal(
      table(results, /^When to use what/)?.rows.some(([need]) => /Mutual TLS/.test(String(need))),
      false,
      'a need for which nothing was measured has no row',
    )
  },
)

t.test('O4.2: the turns of each worker have a row, and all together', async (t) => {
  const figures = Object.fromEntries(
    [
      ['fleet-1', [1, 1, 0]],
      ['fleet-2', [1, 0, 1]],
    ].flatMap(([state, counts]) =>
      (counts as number[]).map((count, at) => [
        figureName({ calls: 'few', state: String(state), backend: `b${at + 1}` }),
        count,
      ]),
    ),
  )
  const rows = table(
    madeUpResults({ 'states.fleet': madeUpShares({}, { figures }) }),
    /^Why is it uneven/,
  )?.rows
  t.match(rows?.slice(0, 3), [
    ['states.fleet', 'fleet-1', 2, 1, 1, 0],
    ['states.fleet', 'fleet-2', 2, 1, 0, 1],
    ['states.fleet', 'all 2 together', 4, 2, 1, 1],
  ])
})

t.test(
  'O4.9: ways are compared with Envoy at L7 by a test over rounds, except clients in other languages',
  async (t) => {
    const rounds = (...milliseconds: number[]) =>
      milliseconds.map((one) => madeUpShares(EVEN, madeUpLatency(one)))
    const found = table(
      madeUpResults({
        'envoy-l7-round-robin.unary.open.4c.3b': rounds(9, 9.1, 9.2, 9.3),
        'dns-round-robin.unary.open.4c.3b': rounds(3, 3.1, 3.2, 3.3),
        'xds-go.unary.open.1c.3b': rounds(1, 1, 1, 1),
      }),
      /^Are latency and CPU different/,
    )
    t.same(new Set(found?.rows.map(([label]) => label)), new Set(['DNS']))
    t.match(found?.rows[0]?.at(-1), /^different \(p = 0\.029\)/)
  },
)

t.test('O4.11: needs while backends come and go are met by the change with the best figure', async (t) => {
  const change = (figures: Record<string, number>) => madeUpShares(EVEN, { figures })
  const results = madeUpResults({
    'change.scale-up.envoy-l4': change({}),
    'change.scale-up.xds-node': change({ [TIME_TO_SHARE]: 300 }),
    'change.scale-up.dns-round-robin': change({ [TIME_TO_SHARE]: 9000 }),
    'change.death.envoy-l7-round-robin': change({ [FAILED]: 70 }),
    'change.death-health-check.envoy-l7-round-robin': change({ [FAILED]: 7 }),
  })
  const rows = table(results, /^When to use what/)?.rows
  t.match(rows?.find(([need]) => /^New backends/.test(String(need)))?.slice(1, 4), [
    /^change\.scale-up\.xds-node/,
    '',
    /^300 ms .*; 9000 with change\.scale-up\.dns-round-robin/,
  ])
  t.match(rows?.find(([need]) => /dies$/.test(String(need)))?.slice(1, 4), [
    /death-health-check/,
    '',
    /^7 failed calls; 70 with/,
  ])
  t.notOk(rows?.some(([need]) => /^Deployments/.test(String(need))))
})

t.test('O4.11: only an equal count is as good', async (t) => {
  const connections = (count: number) => madeUpShares(EVEN, { figures: { [CONNECTIONS]: count } })
  const results = madeUpResults({
    'envoy-l4.unary.open.64c.3b': connections(64),
    'envoy-l7-round-robin.unary.open.64c.3b': connections(3),
    'xds-node.unary.open.64c.3b': connections(3),
  })
  const row = table(results, /^When to use what/)?.rows.find(([need]) =>
    /^Few connections/.test(String(need)),
  )
  t.same(row?.slice(1, 3), ['L7', 'xDS'])
})
