// The report of `npm run bench:load`.

import { table } from '../harness/markdown.ts'
import type { LoadResult } from './measure-load.ts'

const HEAD = [
  '',
  'nodes',
  'upstreams',
  'endpoints each',
  'bytes of a report',
  'CPU, silent',
  'CPU, reporting',
  'CPU of a report',
  'memory, silent',
  'memory, reporting',
  'GET /v1/load',
  'GET /metrics',
]

export function renderLoadReport(results: readonly LoadResult[]): string {
  const seconds = (results[0]?.intervalMs ?? 0) / 1_000
  return [
    '## Nodes that report their load',
    `Each node has a stream, and reports all upstreams and endpoints every ${seconds} s, with a node of 61 kB, which Envoy 1.40 repeats in each request. CPU is that of the control plane's process in percent of a core, over all threads; memory is its peak. "Silent" is the same control plane before, with the same streams. The calls of ${seconds} s are then read once over REST and once as metrics.`,
    table(HEAD, results.map(rowOf)),
  ].join('\n\n')
}

function rowOf(result: LoadResult): readonly string[] {
  const { nodes, upstreams, endpoints, reportBytes, intervalMs, silentCpu, reportingCpu } = result
  const reportsPerMs = nodes / intervalMs
  return [
    '',
    String(nodes),
    String(upstreams),
    String(endpoints),
    String(reportBytes),
    `${(silentCpu * 100).toFixed(1)} %`,
    `${(reportingCpu * 100).toFixed(1)} %`,
    `${((reportingCpu - silentCpu) / reportsPerMs).toFixed(2)} ms`,
    `${result.silentMiB.toFixed(0)} MiB`,
    `${result.reportingMiB.toFixed(0)} MiB`,
    `${result.readMs.toFixed(0)} ms`,
    `${result.scrapeMs.toFixed(0)} ms`,
  ]
}
