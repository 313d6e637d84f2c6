// The settings of load reports: which are rejected, and what of them a node gets.

import t from 'tap'
import { LoadReports } from './load-reports.ts'
import { DEFAULT_SETTINGS, type LoadReportSettings, responseFor } from './settings.ts'

const INVALID: readonly (readonly [LoadReportSettings, readonly string[]])[] = [
  [{ intervalMs: 99 }, ['intervalMs']],
  [{ intervalMs: 3_600_001 }, ['intervalMs']],
  [{ intervalMs: Number.NaN }, ['intervalMs']],
  [{ clusters: [] }, ['clusters']],
  [{ clusters: ['echo', ''] }, ['clusters']],
  [{ intervalMs: 0, clusters: [] }, ['intervalMs', 'clusters']],
]

for (const [settings, paths] of INVALID) {
  t.test(
    `X39: ${JSON.stringify(settings)} is rejected, at first and later, and changes nothing`,
    async (t) => {
      const problems = paths.map((path) => ({ path }))
      t.throws(() => new LoadReports(settings), { code: 'invalid-argument', problems })
      const loads = new LoadReports({ intervalMs: 100, clusters: ['echo'] })
      t.throws(() => loads.configure(settings), { code: 'invalid-argument', problems })
      t.same(loads.settings, { intervalMs: 100, clusters: ['echo'], endpoints: true })
    },
  )
}

t.test('X39: the shortest and the longest interval, and one with fractions, are sent exactly', async (t) => {
  const intervalOf = (intervalMs: number) =>
    responseFor({ ...DEFAULT_SETTINGS, intervalMs }, { userAgentName: '' }).loadReportingInterval
  t.match(intervalOf(100), { seconds: 0n, nanos: 100_000_000 })
  t.match(intervalOf(3_600_000), { seconds: 3_600n, nanos: 0 })
  t.match(intervalOf(1_500.25), { seconds: 1n, nanos: 500_250_000 })
})
