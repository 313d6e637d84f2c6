// What is kept of a run of the scenario: figures of each of its runs by round, small enough for git. Histograms stay in results.json.

import type { Measured, Results, RunResult } from '../../../../harness/results.ts'
import { decodeHistogram, quantileMs } from '../../../../testbed/measure/histogram.ts'

/** In milliseconds. */
const PERCENTILES = { p50: 0.5, p95: 0.95, p99: 0.99, 'p99.9': 0.999 } as const

/** JSON, a line each: how it was measured, and then the runs in the order of the plan, each value by round. */
export function keptLines(results: Results): readonly string[] {
  const { scenario, title, profile, plan, command, begun, ended, environment, checks } = results
  const head = { scenario, title, profile, rounds: plan.rounds, command, begun, ended, environment }
  const failed = checks
    .filter(({ outcome }) => outcome !== 'holds')
    .map(({ row, title, outcome }) => ({ row, title, outcome }))
  const lines = plan.runs.flatMap((id) => {
    const rounds = results.runs.filter((run) => run.id === id).toSorted((a, b) => a.round - b.round)
    const [first] = rounds
    return first === undefined ? [] : [keptRun(first, rounds)]
  })
  return [{ ...head, 'checks that do not hold': failed }, ...lines].map((line) => JSON.stringify(line))
}

function keptRun({ id, labels, emulates }: RunResult, rounds: readonly RunResult[]) {
  const missing = rounds.flatMap(({ state, why }) => (state === 'measured' ? [] : [{ state, why }]))
  return {
    ...{ id, labels, ...(emulates !== undefined && { emulates }) },
    ...(missing.length > 0 && { missing }),
    ...byRound(rounds.flatMap(({ measured }) => (measured ? [keptRound(measured)] : []))),
  }
}

interface Tree {
  readonly [name: string]: number | null | Tree
}
interface Rounds {
  readonly [name: string]: readonly (number | null)[] | Rounds
}

/** Names stand once, with the values of all rounds behind them. */
function byRound(rounds: readonly Tree[]): Rounds {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round)))]
  return Object.fromEntries(
    names.map((name) => {
      const values = rounds.map((round) => round[name] ?? null)
      const trees = values.filter((value) => typeof value === 'object' && value !== null)
      return [
        name,
        trees.length > 0
          ? byRound(values.map((value) => (typeof value === 'object' && value) || {}))
          : values,
      ]
    }),
  ) as Rounds
}

function keptRound({
  seconds,
  calls,
  messages,
  bytes,
  codes,
  histograms,
  processes,
  figures,
}: Measured): Tree {
  const ofProcesses = (value: (one: Measured['processes'][number]) => number) =>
    Object.fromEntries(processes.map((one) => [one.name, Math.round(value(one))]))
  return {
    ...{ seconds, calls, ...(messages && { messages }), ...(bytes && { bytes }), codes },
    'latency (ms)': Object.fromEntries(
      Object.entries(histograms).flatMap(([name, text]) => {
        const percentiles = percentilesOf(text)
        return percentiles === undefined ? [] : [[name, percentiles]]
      }),
    ),
    'CPU (ms)': ofProcesses(({ cpuMs }) => cpuMs),
    'memory (MiB)': ofProcesses(({ peakMiB }) => peakMiB),
    figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, shortened(value)])),
  }
}

/** Those that at least one call is beyond. */
function percentilesOf(text: string): Tree | undefined {
  const histogram = decodeHistogram(text)
  const { totalCount } = histogram
  if (totalCount === 0) return undefined
  const entries = Object.entries(PERCENTILES).filter(([, share]) => totalCount * (1 - share) >= 1 - 1e-6)
  return {
    timed: totalCount,
    ...Object.fromEntries(entries.map(([name, share]) => [name, shortened(quantileMs(histogram, share))])),
  }
}

/** Five digits: more than any of them is exact to. */
const shortened = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(5)) : null)
