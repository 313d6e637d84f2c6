// Two results of a scenario, run by run: what differs, what cannot be told apart, and what is in one of them only.

import { median } from '../../../testbed/measure/statistics.ts'
import type { Check, Measured, Results } from '../../results.ts'
import { cpuPerCall, latenciesOf } from '../../statistics/round.ts'
import { roundsOf } from '../../statistics/rounds.ts'
import { compareRounds, type Verdict } from '../../statistics/verdict.ts'
import { readLatencies } from '../content/latencies.ts'
import { readShares } from '../content/share-reading.ts'

export interface Comparison {
  readonly measures: readonly MeasureComparison[]
  /** Ids of runs that only one of them measured. */
  readonly onlyA: readonly string[]
  readonly onlyB: readonly string[]
  readonly environment: readonly Difference[]
  readonly checks: readonly CheckComparison[]
}

/** One measure over all runs that both have. */
export interface MeasureComparison {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly runs: readonly RunComparison[]
}

export interface RunComparison {
  readonly id: string
  /** Medians over the rounds. */
  readonly a: number
  readonly b: number
  readonly verdict: Verdict
}

export interface Difference {
  readonly name: string
  readonly a: string | undefined
  readonly b: string | undefined
  readonly differs: boolean
}

export interface CheckComparison {
  readonly row: string
  readonly title: string
  readonly a: Check['outcome'] | undefined
  readonly b: Check['outcome'] | undefined
}

/** A value of one round; undefined where it was not measured. */
interface Measure {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly of: (round: Measured, where: string) => number | undefined
}

const latencyAt =
  (percentile: number) =>
  (round: Measured, where: string): number | undefined => {
    const text = latenciesOf(round)
    const micros = text === undefined ? undefined : readLatencies([text], where)?.at(percentile)
    return micros === undefined ? undefined : micros / 1000
  }

const MEASURES: readonly Measure[] = [
  { id: 'p50', title: 'Median latency (p50)', unit: 'ms', of: latencyAt(50) },
  { id: 'p99', title: 'Tail latency (p99)', unit: 'ms', of: latencyAt(99) },
  {
    ...{ id: 'throughput', title: 'Throughput', unit: 'calls/s' },
    of: ({ calls, seconds }) => (seconds > 0 ? calls / seconds : undefined),
  },
  {
    ...{ id: 'cpu', title: 'CPU of all processes for each call', unit: 'µs' },
    of: (round) => (round.calls > 0 && round.processes.length > 0 ? cpuPerCall(round) : undefined),
  },
  {
    ...{ id: 'shares', title: 'How uneven the shares of backends are (CV)', unit: '%' },
    of: ({ shares }) => (shares === undefined ? undefined : readShares(shares).variation * 100),
  },
]

/** @throws {Error} if a histogram cannot be read; the message names the run and the round */
export function compareResults(a: Results, b: Results): Comparison {
  const [idsA, idsB] = [measuredIds(a), measuredIds(b)]
  const both = idsA.filter((id) => idsB.includes(id))
  return {
    measures: MEASURES.map((measure) => ({
      ...{ id: measure.id, title: measure.title, unit: measure.unit },
      runs: both.flatMap((id) => compareRun(measure, id, a, b) ?? []),
    })).filter(({ runs }) => runs.length > 0),
    onlyA: idsA.filter((id) => !idsB.includes(id)),
    onlyB: idsB.filter((id) => !idsA.includes(id)),
    environment: environmentOf(a, b),
    checks: checksOf(a, b),
  }
}

function compareRun(measure: Measure, id: string, a: Results, b: Results): RunComparison | undefined {
  const [valuesA, valuesB] = [a, b].map((results, side) =>
    roundsOf(results, id).flatMap(
      (round, index) => measure.of(round, `${side === 0 ? 'A' : 'B'}, run "${id}", round ${index + 1}`) ?? [],
    ),
  )
  if (valuesA === undefined || valuesB === undefined || valuesA.length === 0 || valuesB.length === 0)
    return undefined
  return { id, a: median(valuesA), b: median(valuesB), verdict: compareRounds(valuesA, valuesB) }
}

const measuredIds = ({ runs }: Results): string[] => [
  ...new Set(runs.flatMap(({ id, measured }) => (measured === undefined ? [] : [id]))),
]

function environmentOf(a: Results, b: Results): Difference[] {
  const factsOf = ({ profile, plan, begun, command, environment }: Results): Record<string, string> => ({
    begun,
    profile: `${profile.name}: ${plan.rounds} rounds of ${profile.windowSeconds} s`,
    command,
    ...environment,
  })
  const [factsA, factsB] = [factsOf(a), factsOf(b)]
  return [...new Set([...Object.keys(factsA), ...Object.keys(factsB)])].map((name) => ({
    ...{ name, a: factsA[name], b: factsB[name] },
    // Two runs never begin at once: that is no difference.
    differs: name !== 'begun' && factsA[name] !== factsB[name],
  }))
}

function checksOf(a: Results, b: Results): CheckComparison[] {
  const keyOf = ({ row, title }: Check) => JSON.stringify([row, title])
  const [byA, byB] = [a, b].map(({ checks }) => new Map(checks.map((check) => [keyOf(check), check])))
  return [...new Set([...(byA?.keys() ?? []), ...(byB?.keys() ?? [])])].flatMap((key) => {
    const check = byA?.get(key) ?? byB?.get(key)
    if (check === undefined) return []
    return [{ row: check.row, title: check.title, a: byA?.get(key)?.outcome, b: byB?.get(key)?.outcome }]
  })
}
