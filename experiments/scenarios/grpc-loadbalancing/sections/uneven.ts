// "Why is it uneven although it is round robin?": the turns of each worker of each Envoy, in few calls and in many.

import type { TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { fairnessOf } from '../fairness.ts'
import { stateCountsOf } from './state-counts.ts'

export function unevenSection(results: Results): TableSection {
  const counts = stateCountsOf(results)
  const backends = [...new Set(counts.flatMap(({ all }) => Object.keys(all)))]
  const row = (setup: string, state: string, shares: Readonly<Record<string, number>>) => {
    const { calls, variation } = fairnessOf(shares)
    return [setup, state, calls, ...backends.map((id) => shares[id] ?? 0), 100 * variation]
  }
  return {
    kind: 'table',
    title: 'Why is it uneven although it is round robin?',
    says: 'Every worker of every Envoy takes **turns of its own**, and begins where it likes. In each of them the counts differ by at most one; in all together by at most one for each worker. Few calls show it, many hide it.',
    columns: [
      { title: 'setup' },
      { title: 'who takes turns' },
      { title: 'calls', decimals: 0 },
      ...backends.map((id) => ({ title: id, decimals: 0 })),
      { title: 'variation', decimals: 1, unit: '%' },
    ],
    rows: counts.flatMap(({ setup, states, all }) => [
      ...(states.size > 1 ? [...states].map(([state, shares]) => row(setup, state, shares)) : []),
      row(setup, states.size > 1 ? `all ${states.size} together` : ([...states.keys()][0] ?? ''), all),
    ]),
  }
}
