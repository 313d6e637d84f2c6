// What the report shows of both tools.

import type { CurvesSection, Section, TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { meanOver, quantileOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { type Measure, THROUGHPUT, verdictSection } from '../../../../harness/statistics/verdict-section.ts'
import { decodeHistogram, quantileMs } from '../../../../testbed/measure/histogram.ts'
import { cpuOf } from '../cpu.ts'
import { toolAdvice } from './advice.ts'
import { CONNECTIONS, LOAD_NAMES, LOADS, loadId } from './loads.ts'
import { type MeasuredLoad, measuredLoads } from './measured-loads.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const loads = measuredLoads(results)
  if (loads.length === 0) return []
  return [
    { kind: 'text', title: 'Which tool for what', paragraphs: toolAdvice(loads) },
    tableOf(loads),
    ...curvesOf(loads),
    ...verdictsOf(results, loads),
  ]
}

function tableOf(loads: readonly MeasuredLoad[]): TableSection {
  return {
    kind: 'table',
    title: 'Two tools on one server',
    says: `One server process (grpc-js), ${CONNECTIONS} connections. Percentiles of ghz are from its raw output, because its own summary has no p99.9 and counts the warm-up. Both from the moment a call was sent: ghz does not know when it was due. CPU time is that of a call.`,
    columns: [
      { title: 'load' },
      { title: 'tool' },
      { title: 'calls', unit: '1/s', decimals: 0 },
      ...['p50', 'p99', 'p99.9'].map((title) => ({ title, unit: 'ms', decimals: 2 })),
      { title: 'tool', unit: 'µs CPU', decimals: 0 },
      { title: 'server', unit: 'µs CPU', decimals: 0 },
      { title: 'tool', unit: 'MiB', decimals: 0 },
    ],
    rows: loads.map(({ load, tool, rounds }) => [
      LOADS[load].title,
      tool,
      throughputOver(rounds).median,
      ...[0.5, 0.99, 0.999].map((share) => quantileOver(rounds, 'service', share).merged),
      cpuOf(rounds, 'client'),
      cpuOf(rounds, 'server'),
      meanOver(rounds, ({ processes }) =>
        Math.max(...processes.filter(({ role }) => role === 'client').map(({ peakMiB }) => peakMiB)),
      ),
    ]),
  }
}

function curvesOf(loads: readonly MeasuredLoad[]): readonly CurvesSection[] {
  const shown = loads.filter(({ load }) => load === 'closed' || load === 'rate')
  if (shown.length === 0) return []
  return [
    {
      kind: 'curves',
      title: 'Latency as each tool sees it',
      curves: shown.map(({ name, rounds }) => ({
        label: name,
        histograms: rounds.flatMap(({ histograms }) => histograms.service ?? []),
      })),
    },
  ]
}

const serviceQuantile = (name: string, share: number): Measure => ({
  name,
  of: ({ histograms: { service } }) => {
    const histogram = service === undefined ? undefined : decodeHistogram(service)
    return histogram === undefined || histogram.totalCount === 0 ? undefined : quantileMs(histogram, share)
  },
})

/** Where there are rounds to compare. */
function verdictsOf(results: Results, loads: readonly MeasuredLoad[]): readonly TableSection[] {
  if (!loads.some(({ rounds }) => rounds.length > 1)) return []
  return [
    verdictSection(results, {
      title: 'Do the tools differ?',
      says: 'A is our load generator, B is ghz; below, ghz over TCP is A.',
      pairs: [
        ...LOAD_NAMES.map((load) => ({
          label: LOADS[load].title,
          a: loadId(load, 'switchyard'),
          b: loadId(load, 'ghz'),
        })),
        ...(['unix', 'tls'] as const).map((load) => ({
          label: `ghz: TCP, and ${LOADS[load].title}`,
          a: loadId('closed', 'ghz'),
          b: loadId(load, 'ghz'),
        })),
      ],
      measures: [THROUGHPUT, serviceQuantile('p50 (ms)', 0.5), serviceQuantile('p99 (ms)', 0.99)],
    }),
  ]
}
