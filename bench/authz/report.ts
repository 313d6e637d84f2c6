// The report of the benchmark in Markdown.

import { spawnSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'
import { type Interval, median, medianInterval, quantile } from '../../testbed/measure/statistics.ts'
import { table } from '../harness/markdown.ts'
import { CELLS, CHECKS_ALONE } from './fleets.ts'

/** One run of one row at one rate, in one round. */
export interface Sample {
  readonly title: string
  readonly rate: number
  readonly round: number
  readonly calls: number
  /** Microseconds, in ascending order. */
  readonly latencies: readonly number[]
  /** Milliseconds of CPU, of Envoy and of the authorizer; NaN without. */
  readonly envoyCpu: number
  readonly authorizerCpu: number
  readonly failures: number
}

export interface Throughput {
  readonly title: string
  /** Decisions per second. */
  readonly rate: number
}

export interface ReportFacts {
  readonly rounds: number
  readonly seconds: number
  readonly cpus: string
}

const SHARES = { p50: 0.5, p99: 0.99 } as const
type Share = keyof typeof SHARES
const BASE = CELLS[0]?.title ?? ''

/** Ours beside the peer, on the same transport. */
const PAIRS = [
  ['OPA, ours, Unix socket', 'OPA, Go, Unix socket'],
  ['OPA, ours, TCP', 'OPA, Go, TCP'],
  ...(['Unix socket', 'TCP'] as const).map(
    (on) => [`check alone, ours, ${on}`, `check alone, Go, ${on}`] as const,
  ),
] as const

export function renderReport(
  samples: readonly Sample[],
  throughput: readonly Throughput[],
  facts: ReportFacts,
): string {
  const rates = [...new Set(samples.map(({ rate }) => rate))]
  return [
    '# Authorization: the cost per call',
    `Created by \`npm run bench:authz\`: ${facts.rounds} rounds, in each of them all rows in random order, ${facts.seconds} s for each row and rate. Brackets have a 95 % interval of the median over the rounds.`,
    environment(facts.cpus)
      .map((fact) => `- ${fact}`)
      .join('\n'),
    "## Our authorizer beside OPA's Go library",
    'What one call takes longer with ours than with Go, in the same round, in µs. Below zero ours is faster; an interval that contains zero shows no difference.',
    table(
      ['', ...rates.flatMap((rate) => [`p50 at ${rate}/s`, `p99 at ${rate}/s`])],
      PAIRS.map(([ours, go]) => [
        ours.replace(', ours', ''),
        ...rates.flatMap((rate) => [
          shown(difference(samples, rate, ours, go, 'p50')),
          shown(difference(samples, rate, ours, go, 'p99')),
        ]),
      ]),
    ),
    ...rates.flatMap((rate) => [`## At ${rate} calls per second`, tableAt(samples, rate)]),
    'p50 and p99: latency of calls through Envoy, from the time at which they were due, over all rounds, in µs. "added": compared with no policy in the same round. CPU: all threads, in µs per call. "check alone": the same check without Envoy, from the load to the authorizer.',
    '## Decisions per second of one authorizer',
    table(
      ['', 'decisions/s'],
      titlesOf(throughput).map((title) => [
        title,
        median(throughput.filter(of(title)).map(({ rate }) => rate)).toFixed(0),
      ]),
    ),
    '64 concurrent checks over one connection, from a Go client.',
  ].join('\n\n')
}

function tableAt(all: readonly Sample[], rate: number): string {
  const samples = all.filter((sample) => sample.rate === rate)
  const rows = titlesOf(samples).map((title) => {
    const own = samples.filter(of(title))
    const pool = own.flatMap(({ latencies }) => latencies)
    const isAlone = CHECKS_ALONE.some((one) => one.title === title)
    const added = (share: Share) =>
      title === BASE || isAlone ? '' : shown(difference(samples, rate, title, BASE, share))
    const calls = sum(own.map((sample) => sample.calls))
    const cpu = (read: (sample: Sample) => number) => microseconds((sum(own.map(read)) * 1_000) / calls)
    return [
      title,
      microseconds(quantile(pool, SHARES.p50)),
      added('p50'),
      microseconds(quantile(pool, SHARES.p99)),
      added('p99'),
      cpu(({ envoyCpu }) => envoyCpu),
      cpu(({ authorizerCpu }) => authorizerCpu),
      String(sum(own.map(({ failures }) => failures))),
    ]
  })
  return table(['', 'p50', 'added p50', 'p99', 'added p99', 'CPU Envoy', 'CPU authorizer', 'failed'], rows)
}

/** Of the quantiles of two rows in the same rounds. */
function difference(
  samples: readonly Sample[],
  rate: number,
  title: string,
  other: string,
  share: Share,
): Interval {
  const at = (wanted: string) =>
    new Map(
      samples
        .filter((sample) => sample.title === wanted && sample.rate === rate)
        .map(({ round, latencies }) => [round, quantile(latencies, SHARES[share])]),
    )
  const base = at(other)
  return medianInterval([...at(title)].map(([round, value]) => value - (base.get(round) ?? Number.NaN)))
}

function shown({ median: middle, low, high }: Interval): string {
  return `${microseconds(middle)} [${microseconds(low)}, ${microseconds(high)}]`
}

function microseconds(value: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(0)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function titlesOf(all: readonly { readonly title: string }[]): string[] {
  const order = [...CELLS, ...CHECKS_ALONE].map(({ title }) => title)
  const found = new Set(all.map(({ title }) => title))
  return [
    ...order.filter((title) => found.has(title)),
    ...[...found].filter((title) => !order.includes(title)),
  ]
}

function of(wanted: string) {
  return ({ title }: { readonly title: string }) => title === wanted
}

function environment(pinned: string): string[] {
  const [cpu] = cpus()
  const go = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout.trim()
  const load = loadavg().map((value) => value.toFixed(1))
  return [
    `${cpus().length} cores (${cpu?.model.trim() || 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB; ${pinned}; load average at the end ${load.join(', ')}`,
    `Node ${process.versions.node}; the peer: OPA's Go library 1.22.2 on grpc-go 1.84.0, ${go}`,
    new Date().toISOString().slice(0, 10),
  ]
}
