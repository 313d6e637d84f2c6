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

t.test('X39: an error says what is wrong with each setting, and the longest interval is fine', async (t) => {
  t.throws(() => new LoadReports({ intervalMs: 99, clusters: [''] }), {
    message: /^invalid settings of load reports:/,
    problems: [
      { path: 'intervalMs', message: '99 is not a number of milliseconds from 100 to 3600000' },
      { path: 'clusters', message: 'a list is not a list of names, or "all"' },
    ],
  })
  t.same(new LoadReports({ intervalMs: 3_600_000 }).settings, {
    intervalMs: 3_600_000,
    clusters: 'all',
    endpoints: true,
  })
})

t.test('X39: a change back to all clusters is taken, and what is undefined stays', async (t) => {
  const loads = new LoadReports({ intervalMs: 100, clusters: ['echo'], endpoints: false })
  loads.configure({ clusters: 'all' })
  // For users without `exactOptionalPropertyTypes`.
  loads.configure({ intervalMs: undefined, endpoints: undefined } as unknown as LoadReportSettings)
  t.same(loads.settings, { intervalMs: 100, clusters: 'all', endpoints: false })
})

t.test('X39: a node is asked for all clusters, or for the named ones', async (t) => {
  const asked = (clusters: 'all' | readonly string[], userAgentName = 'envoy') => {
    const response = responseFor({ ...DEFAULT_SETTINGS, clusters }, { userAgentName })
    return [response.sendAllClusters, response.clusters]
  }
  t.same(asked('all'), [true, []])
  t.same(asked(['a', 'b']), [false, ['a', 'b']])
  t.same(asked(['a', 'b'], 'gRPC Node Pure JS'), [false, ['', 'a', 'b']], 'it skips the first name')
  t.same(asked('all', 'gRPC Node Pure JS'), [true, []])
  t.same(asked(['a'], 'my gRPC Node'), [false, ['a']], 'only a client whose name begins so')
})
