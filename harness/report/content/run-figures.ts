// The figures of each run, round by round and all rounds together.

import { median } from '../../../testbed/measure/statistics.ts'
import type { Measured, Results, RunResult } from '../../results.ts'
import { failedOf, latenciesOf } from '../../statistics/round.ts'
import { type Latencies, readLatencies } from './latencies.ts'
import { readShares } from './share-reading.ts'

/** Of one round, or of several. Latencies are in microseconds. */
export interface Figures {
  readonly calls: number
  /** Calls that ended with another status than OK. */
  readonly failed: number
  readonly callsPerSecond: number
  readonly messagesPerSecond: number | undefined
  /** Of payload. */
  readonly megabytesPerSecond: number | undefined
  readonly latencies: Latencies | undefined
  /** Of the shares of the backends. */
  readonly variation: number | undefined
  /** By role, in percent of one core. */
  readonly cpu: Readonly<Record<string, number>>
  /** By role, the sum over its processes. */
  readonly peakMiB: Readonly<Record<string, number>>
}

export interface RunSummary {
  readonly id: string
  readonly rounds: readonly RunResult[]
  readonly measured: readonly { readonly round: number; readonly figures: Figures }[]
  /** Histograms are added up, all else is the median; undefined if no round was measured. */
  readonly figures: Figures | undefined
}

/** In the order of their first measurement. */
export function summarizeRuns(results: Results): RunSummary[] {
  const byId = Map.groupBy(results.runs, ({ id }) => id)
  return [...byId].map(([id, rounds]) => {
    const measured = rounds.flatMap(({ round, measured: one }) =>
      one === undefined ? [] : [{ round, of: one, figures: figuresOf([one], `run "${id}", round ${round}`) }],
    )
    const figures =
      measured.length === 0
        ? undefined
        : figuresOf(
            measured.map(({ of }) => of),
            `run "${id}"`,
          )
    return { id, rounds, measured, figures }
  })
}

function figuresOf(rounds: readonly Measured[], where: string): Figures {
  const middle = (value: (one: Measured) => number | undefined) => {
    const values = rounds.map(value).filter((one) => one !== undefined)
    return values.length === 0 ? undefined : median(values)
  }
  const perSecond = (value: number | undefined, seconds: number) =>
    value === undefined || seconds === 0 ? undefined : value / seconds
  return {
    calls: sum(rounds.map(({ calls }) => calls)),
    failed: sum(rounds.map(failedOf)),
    callsPerSecond: middle(({ calls, seconds }) => perSecond(calls, seconds)) ?? 0,
    messagesPerSecond: middle(({ messages, seconds }) => perSecond(messages, seconds)),
    megabytesPerSecond: middle(({ bytes, seconds }) => perSecond(bytes, seconds * 1e6)),
    latencies: readLatencies(
      rounds.flatMap((round) => latenciesOf(round) ?? []),
      where,
    ),
    variation: middle(({ shares }) => (shares === undefined ? undefined : readShares(shares).variation)),
    cpu: byRole(rounds, (one) =>
      one.processes.map(({ role, cpuMs }) => [role, one.seconds === 0 ? 0 : cpuMs / (one.seconds * 10)]),
    ),
    peakMiB: byRole(rounds, ({ processes }) => processes.map(({ role, peakMiB }) => [role, peakMiB])),
  }
}

/** The sum over the processes of a role, and the median of that over the rounds. */
function byRole(
  rounds: readonly Measured[],
  values: (one: Measured) => readonly (readonly [role: string, value: number])[],
): Record<string, number> {
  const sums = rounds.map((one) => Map.groupBy(values(one), ([role]) => role))
  const roles = [...new Set(sums.flatMap((one) => [...one.keys()]))]
  return Object.fromEntries(
    roles.map((role) => [
      role,
      median(
        sums.flatMap((one) => (one.has(role) ? [sum((one.get(role) ?? []).map(([, value]) => value))] : [])),
      ),
    ]),
  )
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
