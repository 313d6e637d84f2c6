// Checks and report of a Job's results, for each mesh: what holds, what fails, and what a mesh does not have.

import t from 'tap'
import { PROFILE } from '../../../harness/profile.ts'
import { hasContent } from '../../../harness/report/has-content.ts'
import type { Results } from '../../../harness/results.ts'
import { type Cell, idOf } from '../grpc-loadbalancing/cell.ts'
import { checksOf } from './checks.ts'
import { sectionsOf } from './sections.ts'

const CELL = { workload: 'unary', loop: 'open', connections: 1, backends: 3 } as const

function resultsOf(shares: Readonly<Record<string, readonly number[]>>, cell: Partial<Cell> = {}): Results {
  const runs = Object.entries(shares).map(([way, counts]): Results['runs'][number] => {
    const calls = counts.reduce((sum, count) => sum + count, 0)
    return {
      ...{ id: idOf({ way, ...CELL, ...cell }), round: 1, begun: '2026-11-29T04:00:00Z', state: 'measured' },
      labels: { mesh: 'Linkerd', cluster: 'kind' },
      measured: {
        ...{ seconds: 1, calls, codes: { OK: calls }, histograms: {}, processes: [], figures: {} },
        shares: Object.fromEntries(counts.map((count, index) => [`echo-${index}`, count])),
      },
    }
  })
  return {
    ...{ format: 1, scenario: 'grpc-loadbalancing-cluster', title: '', question: '', command: '', begun: '' },
    ...{ profile: PROFILE.quick, plan: { runs: runs.map(({ id }) => id), rounds: 1 }, environment: {} },
    ...{ runs, checks: [] },
  }
}

const outcomesOf = (results: Results) => checksOf(results).map(({ row, outcome }) => `${row} ${outcome}`)

t.test('O4.4: a mesh that balances calls must be even, one that sees none is pinned', async (t) => {
  const even = { 'mesh-sidecars-istio': [101, 99, 100], 'istio-as-tcp': [300, 0, 0] }
  t.same(outcomesOf(resultsOf(even)), ['O4.1 holds', 'O4.1 holds', 'O4.9 holds'])
  t.same(outcomesOf(resultsOf({ 'mesh-sidecars-istio': [300, 0, 0] })), ['O4.1 fails', 'O4.9 holds'])
  t.same(outcomesOf(resultsOf({ 'istio-as-tcp': [299, 1, 0] })), ['O4.1 fails', 'O4.9 holds'])
})

t.test('O4.4: peak EWMA may be uneven, but uses every backend', async (t) => {
  t.same(outcomesOf(resultsOf({ 'mesh-sidecars-linkerd': [250, 45, 5] })), ['O4.4 holds', 'O4.9 holds'])
  t.same(outcomesOf(resultsOf({ 'mesh-sidecars-linkerd': [250, 50, 0] })), ['O4.4 fails', 'O4.9 holds'])
})

t.test(
  'O4.6: pick_first is pinned over one connection; each further one may get another answer of the DNS',
  async (t) => {
    const pinned = { 'dns-pick-first': [300, 0, 0] }
    t.same(outcomesOf(resultsOf(pinned)), ['O4.6 holds', 'O4.9 holds'])
    const spread = { 'dns-pick-first': [150, 75, 75] }
    t.same(outcomesOf(resultsOf(spread)), ['O4.6 fails', 'O4.9 holds'])
    t.same(outcomesOf(resultsOf(spread, { connections: 4 })), ['O4.9 holds'])
  },
)

t.test('the report says where it was measured, and nothing if nothing was', async (t) => {
  const [place, ...others] = sectionsOf(
    resultsOf({ 'mesh-sidecars-linkerd': [100, 100, 100] }, { connections: 4 }),
  )
  t.match(place, {
    kind: 'text',
    paragraphs: [/Mesh: \*\*Linkerd\*\*.*\*\*kind\*\*/, String, /--mesh linkerd /],
  })
  t.match(
    others.filter(hasContent).map(({ kind }) => kind),
    ['shares', 'table', 'curves'],
  )
  t.same(sectionsOf(resultsOf({})), [])
})
