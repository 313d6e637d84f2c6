// The report of the benchmark in Markdown.

import { median } from '../../testbed/measure/statistics.ts'
import { table } from '../harness/markdown.ts'

/** One run of one chain; microseconds. */
export interface Sample {
  readonly title: string
  readonly p50: number
  readonly p99: number
  /** CPU time of Envoy per call, all threads. */
  readonly cpu: number
}

/** @param samples rounds of the same titles in the same order; the others are compared with the first title, within each round */
export function renderCallersReport(samples: readonly Sample[], rate: number): string {
  const titles = [...new Set(samples.map(({ title }) => title))]
  const of = (title: string | undefined) => samples.filter((sample) => sample.title === title)
  const base = of(titles[0])
  const rows = titles.map((title) => {
    const own = of(title)
    const middle = (read: (sample: Sample) => number) => median(own.map(read)).toFixed(1)
    const added = own.map((sample, round) => sample.cpu - (base[round]?.cpu ?? Number.NaN))
    return [
      title,
      middle(({ cpu }) => cpu),
      title === titles[0] ? '' : median(added).toFixed(1),
      title === titles[0] ? '' : `${Math.min(...added).toFixed(1)} to ${Math.max(...added).toFixed(1)}`,
      middle(({ p50 }) => p50),
      middle(({ p99 }) => p99),
    ]
  })
  return [
    `Small unary calls through one Envoy with one worker, ${rate} a second, on loopback. Each round measures every row, in turns; the figures are medians of ${base.length} rounds, in µs a call.`,
    table(['', 'CPU', 'added', 'from … to', 'p50', 'p99'], rows),
    'CPU: of the Envoy, all its threads. "added": to the first row, in the same round. p50 and p99: from the time at which a call was due.',
  ].join('\n\n')
}
