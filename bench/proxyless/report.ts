// The report of the ways in Markdown: two tables for each language.

import { loadavg } from 'node:os'
import type { GrpcLanguage } from '../../testbed/grpc-programs/grpc-program.ts'
import { median, medianInterval } from '../../testbed/measure/statistics.ts'
import { table } from '../harness/markdown.ts'
import type { Measured, Memory, Plan, Sample } from './measure.ts'
import { TITLES, WAYS, type WayName } from './ways.ts'

const NAMES: Readonly<Record<GrpcLanguage, string>> = {
  node: 'Node',
  python: 'Python',
  go: 'Go',
  java: 'Java',
}

const SPEED = ['', 'p50 ms', 'p99 ms', 'p50 ÷ L7', 'calls/s', 'calls/s ÷ L7']
const COST = ['', 'CPU client', 'CPU proxy', 'MiB client', 'MiB proxy', 'busiest backend', 'failed']

/** Sections, from second-level headings on. */
export function renderProxylessReport(
  { samples, memory }: Measured,
  { languages, rounds, calls, rate }: Plan,
): string {
  return [
    `Unary calls with an empty payload from one client to three backends (Go). Each of ${rounds} rounds measures every way of every client once: ${calls} calls at ${rate} calls a second for p50 and p99, then ${calls} calls, eight at a time and as fast as they go, for calls/s and CPU. Client, proxy and backends share the cores; the load average at the end was ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}.`,
    'Medians of the rounds. "÷ L7": the quotient to Envoy at L7 within the same round, with an interval that contains the median with 95 % confidence. CPU: all threads, in µs for each call. MiB: peak resident memory; a proxy serves the clients of all languages. "busiest backend": its part of the calls, where 33 % is even.',
    'Where the load average is far above the number of cores, a call waits for its turn in every process on its way: the times of a proxy are then too large, and CPU says more.',
    ...languages.flatMap((language) => {
      const of = (name: WayName) => samples.filter((one) => one.language === language && one.way === name)
      const used = (name: WayName) => memory.find((one) => one.language === language && one.way === name)
      return [
        `## ${NAMES[language]}`,
        table(
          SPEED,
          WAYS.map((way) => [TITLES[way], ...speed(of(way), of('l7'))]),
        ),
        table(
          COST,
          WAYS.map((way) => [TITLES[way], ...cost(of(way), used(way))]),
        ),
      ]
    }),
  ].join('\n\n')
}

function speed(own: readonly Sample[], l7: readonly Sample[]): readonly string[] {
  const quotient = (read: (one: Sample) => number) => {
    if (own[0]?.way === 'l7') return ''
    const { median, low, high } = medianInterval(
      own.map((one, round) => read(one) / read(l7[round] as Sample)),
    )
    return `${median.toFixed(2)} (${low.toFixed(2)} – ${high.toFixed(2)})`
  }
  return [
    middle(own, ({ p50 }) => p50).toFixed(2),
    middle(own, ({ p99 }) => p99).toFixed(2),
    quotient(({ p50 }) => p50),
    whole(middle(own, ({ callsPerSecond }) => callsPerSecond)),
    quotient(({ callsPerSecond }) => callsPerSecond),
  ]
}

function cost(own: readonly Sample[], memory: Memory | undefined): readonly string[] {
  return [
    whole(middle(own, ({ clientCpu }) => clientCpu)),
    whole(middle(own, ({ proxyCpu }) => proxyCpu)),
    whole(memory?.client ?? Number.NaN),
    whole(memory?.proxy ?? Number.NaN),
    `${whole(100 * middle(own, ({ largestShare }) => largestShare))} %`,
    whole(own.reduce((sum, { failures }) => sum + failures, 0)),
  ]
}

function middle(samples: readonly Sample[], read: (one: Sample) => number): number {
  return median(samples.map(read))
}

function whole(value: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(0)
}
