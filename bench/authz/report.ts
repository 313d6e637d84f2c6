// The report of the benchmark in Markdown.

import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { median } from '../../testbed/measure/statistics.ts'
import { table } from '../harness/markdown.ts'

/** One run of one cell at one rate; microseconds. */
export interface Sample {
  readonly title: string
  readonly rate: number
  readonly p50: number
  readonly p99: number
  /** CPU time per call, of Envoy and of the authorizer. */
  readonly envoyCpu: number
  readonly authorizerCpu: number
  readonly failures: number
}

export interface Throughput {
  readonly title: string
  /** Decisions per second. */
  readonly rate: number
}

const microseconds = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(0))

/** @param samples the others are compared with the first title, within each round */
export function renderReport(samples: readonly Sample[], throughput: readonly Throughput[]): string {
  const rates = [...new Set(samples.map(({ rate }) => rate))]
  return [
    '# Authorization: the cost per call',
    'Created by `npm run bench:authz`. Medians of the rounds; each round measures every row.',
    environment()
      .map((fact) => `- ${fact}`)
      .join('\n'),
    ...rates.flatMap((rate) => [`## At ${rate} calls per second`, tableAt(samples, rate)]),
    'p50 and p99: latency of calls through Envoy, from the time at which they were due, in µs. "added": compared with no policy in the same round. CPU: all threads, per call.',
    '## Decisions per second of one authorizer',
    table(
      ['', 'decisions/s'],
      titlesOf(throughput).map((title) => [
        title,
        median(throughput.filter(of(title)).map(({ rate }) => rate)).toFixed(0),
      ]),
    ),
    '64 concurrent checks over one connection, from a Go client on the same cores.',
  ].join('\n\n')
}

function tableAt(all: readonly Sample[], rate: number): string {
  const samples = all.filter((sample) => sample.rate === rate)
  const titles = titlesOf(samples)
  const base = samples.filter(of(titles[0] ?? ''))
  const rows = titles.map((title) => {
    const own = samples.filter(of(title))
    const middle = (read: (sample: Sample) => number) => microseconds(median(own.map(read)))
    const added = (read: (sample: Sample) => number) =>
      title === titles[0]
        ? ''
        : microseconds(median(own.map((sample, round) => read(sample) - read(base[round] ?? sample))))
    return [
      title,
      middle(({ p50 }) => p50),
      added(({ p50 }) => p50),
      middle(({ p99 }) => p99),
      added(({ p99 }) => p99),
      middle(({ envoyCpu }) => envoyCpu),
      middle(({ authorizerCpu }) => authorizerCpu),
      String(own.reduce((sum, { failures }) => sum + failures, 0)),
    ]
  })
  return table(['', 'p50', 'added p50', 'p99', 'added p99', 'CPU Envoy', 'CPU authorizer', 'failed'], rows)
}

function titlesOf(all: readonly { readonly title: string }[]): string[] {
  return [...new Set(all.map(({ title }) => title))]
}

function of(wanted: string) {
  return ({ title }: { readonly title: string }) => title === wanted
}

function environment(): string[] {
  const [cpu] = cpus()
  const go = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout.trim()
  const load = loadavg().map((value) => value.toFixed(1))
  return [
    `${availableParallelism()} cores (${cpu?.model.trim() || 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, shared by Envoys, services and load; load average at the end ${load.join(', ')}`,
    `Node ${process.versions.node}; the peer: OPA's Go library 1.22.2 on grpc-go 1.84.0, ${go}`,
    new Date().toISOString().slice(0, 10),
  ]
}
