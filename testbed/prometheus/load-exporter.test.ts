// What Prometheus reads of load generators: the histogram of their calls, and those that failed.

import t from 'tap'
import { countsAtMost, decodeHistogram, encodeLatencies } from '../measure/histogram.ts'
import { exposition, serveLoadMetrics } from './load-exporter.ts'

const counts = (service: string, failed = 0) => ({ calls: 4, failed, shares: {}, service })

t.test('O8.14: buckets count the calls that took at most so long', async (t) => {
  const lines = exposition([
    { transport: 'veth', counts: counts(encodeLatencies([12, 120, 121, 90_000]), 1) },
  ])
    .trimEnd()
    .split('\n')
  const bucket = (le: string) =>
    lines.find((line) => line.startsWith(`switchyard_load_call_seconds_bucket{transport="veth",le="${le}"}`))
  t.match(bucket('0.00001'), / 0$/)
  t.match(bucket('0.000013'), / 1$/)
  t.match(bucket('0.0001'), / 1$/)
  t.match(bucket('0.000126'), / 3$/)
  t.match(bucket('0.1'), / 4$/)
  t.match(bucket('+Inf'), / 4$/)
  t.ok(lines.includes('switchyard_load_call_seconds_count{transport="veth"} 4'))
  t.ok(lines.includes('switchyard_load_failed_calls_total{transport="veth"} 1'))
  const [, sum = ''] = /_sum\{[^}]*\} (\S+)/.exec(lines.join('\n')) ?? []
  t.ok(Math.abs(Number(sum) - 0.090_253) < 0.000_1, sum)
})

t.test('bounds between two values count the lower one, twin: the same bounds without values', async (t) => {
  const bounds = [1, 10, 100, 1_000]
  t.same(countsAtMost(decodeHistogram(encodeLatencies([5, 50, 50])), bounds), [0, 1, 3, 3])
  t.same(countsAtMost(decodeHistogram(encodeLatencies([])), bounds), [0, 0, 0, 0])
})

t.test('each scrape asks all loads', async (t) => {
  let asked = 0
  const load = (latencies: readonly number[]) => ({
    counts: async (options?: { readonly withLatency?: boolean }) => {
      asked += 1
      t.same(options, { withLatency: true })
      return counts(encodeLatencies(latencies))
    },
  })
  const { address, close } = await serveLoadMetrics(
    new Map([
      ['uds', load([10])],
      ['veth', load([20, 30])],
    ]),
  )
  t.teardown(close)
  const text = await (await fetch(`http://${address}/metrics`)).text()
  t.match(text, 'switchyard_load_call_seconds_count{transport="uds"} 1')
  t.match(text, 'switchyard_load_call_seconds_count{transport="veth"} 2')
  t.equal(asked, 2)
})
