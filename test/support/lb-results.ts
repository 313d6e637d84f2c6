// Made-up results of the load-balancing scenario.

import { PROFILE } from '../../harness/profile.ts'
import type { Measured, Results } from '../../harness/results.ts'
import { encodeHistogram, newHistogram, record } from '../../testbed/measure/histogram.ts'

/** A measurement with these calls by backend; all end with OK. */
export function madeUpShares(shares: Record<string, number>, more: Partial<Measured> = {}): Measured {
  const calls = Object.values(shares).reduce((sum, count) => sum + count, 0)
  return {
    seconds: 2,
    calls,
    codes: { OK: calls },
    shares,
    histograms: {},
    processes: [],
    figures: {},
    ...more,
  }
}

/** Histograms of calls that all took this long. */
export function madeUpLatency(milliseconds: number): Pick<Measured, 'histograms'> {
  const histogram = newHistogram()
  for (let call = 0; call < 100; call += 1) record(histogram, milliseconds)
  const text = encodeHistogram(histogram)
  return { histograms: { call: text, service: text } }
}

/** Results with the rounds of each run, by id. */
export function madeUpResults(rounds: Readonly<Record<string, Measured | readonly Measured[]>>): Results {
  return {
    format: 1,
    scenario: 'grpc-loadbalancing',
    title: '',
    question: '',
    profile: PROFILE.quick,
    plan: { runs: Object.keys(rounds), rounds: 1 },
    command: '',
    begun: '',
    environment: {},
    runs: Object.entries(rounds).flatMap(([id, results]) =>
      [results].flat().map((measured, at) => ({
        ...{ id, round: at + 1, labels: { way: id }, begun: '', state: 'measured' as const },
        measured: measured as Measured,
      })),
    ),
    checks: [],
  }
}
