// The report of the benchmark in Markdown.

import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { table } from '../harness/markdown.ts'
import { median } from '../harness/statistics.ts'

/** One run of one cell at one rate; microseconds. */
export interface Sample {
  readonly title: string
  readonly rate: number
  readonly p50: number
  readonly p99: number
  /** CPU a call, of Envoy and of the authorizer. */
  readonly envoyCpu: number
  readonly authorizerCpu: number
  readonly failures: number
}

export interface Throughput {
  readonly title: string
  /** Decisions a second. */
  readonly rate: number
}

const microseconds = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(0))

/** @param samples the first title is the one that the others are compared with, within each round */
export function renderReport(samples: readonly Sample[], throughput: readonly Throughput[]): string {
  const rates = [...new Set(samples.map(({ rate }) => rate))]
  return [
    '# Authorization: what it adds to a call',
    'Made by `npm run bench:authz`. Medians of the rounds; in each round every row has its turn.',
    environment()
      .map((fact) => `- ${fact}`)
      .join('\n'),
    ...rates.flatMap((rate) => [`## At ${rate} calls a second`, tableAt(samples, rate)]),
    'p50 and p99 are of whole calls through Envoy, from the moment at which they were due, in µs; "added" is against no policy in the same round. CPU is of all threads, a call.',
    '## Decisions a second of one authorizer',
    table(
      ['', 'decisions/s'],
      titlesOf(throughput).map((title) => [
        title,
        median(throughput.filter(of(title)).map(({ rate }) => rate)).toFixed(0),
      ]),
    ),
    '64 checks under way at once over one connection, by a client in Go on the same cores.',
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
