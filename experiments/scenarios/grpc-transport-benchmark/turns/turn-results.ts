// What turns leave in a run's results, and what one way adds to another, turn by turn.

import type { Measured } from '../../../../harness/results.ts'
import { type PairedDifference, pairedDifference } from '../../../../harness/statistics/paired-difference.ts'

export const MEASURES = {
  p50: { title: 'p50', unit: 'ms', decimals: 3 },
  p90: { title: 'p90', unit: 'ms', decimals: 2 },
  p99: { title: 'p99', unit: 'ms', decimals: 2 },
  client: { title: 'CPU of the client', unit: 'µs/call', decimals: 0 },
  proxy: { title: 'CPU of the proxies', unit: 'µs/call', decimals: 0 },
  server: { title: 'CPU of the server', unit: 'µs/call', decimals: 0 },
} as const

export type MeasureName = keyof typeof MEASURES

/** That ended within the windows. */
export const CALLS = 'calls'
export const OK = 'calls with OK'
/** By the server that answered. */
export const callsTo = (server: string): string => `calls to ${server}`
/** In whole turns, warm-up included. */
export const SENT = 'calls sent'

export const seriesName = (way: string, measure: MeasureName): string => `${way}: ${MEASURES[measure].title}`
export const wayFigure = (way: string, name: string): string => `${way}: ${name}`

/** A sum over all turns of all rounds; NaN where it was not measured. */
export function figureOver(rounds: readonly Measured[], way: string, name: string): number {
  const values = rounds.flatMap(({ figures }) => figures[wayFigure(way, name)] ?? [])
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0)
}

/** One value for each turn, in their order, of all rounds. */
export function turnValues(
  rounds: readonly Measured[],
  way: string,
  measure: MeasureName,
): readonly number[] {
  const name = seriesName(way, measure)
  return rounds.flatMap(
    ({ series = [] }) => series.find((one) => one.name === name)?.points.map(([, value]) => value) ?? [],
  )
}

/** What `way` adds to `to`, by turn; undefined where one of both was not measured. */
export function addedBy(
  rounds: readonly Measured[],
  measure: MeasureName,
  { way, to, comparisons }: { readonly way: string; readonly to: string; readonly comparisons: number },
): PairedDifference | undefined {
  const [a, b] = [turnValues(rounds, to, measure), turnValues(rounds, way, measure)]
  // An interrupted run may have measured one of both once more.
  const pairs = Math.min(a.length, b.length)
  if (pairs === 0) return undefined
  return pairedDifference(a.slice(0, pairs), b.slice(0, pairs), { comparisons })
}

/** Such as `+0.24 (+0.21 to +0.30)`; says so where the turns cannot tell it from nothing. */
export function differenceText({ median, low, high, outcome }: PairedDifference, decimals: number): string {
  const range = `${signed(median, decimals)} (${signed(low, decimals)} to ${signed(high, decimals)})`
  return outcome === 'not distinguishable' ? `${range}: not distinguishable` : range
}

export function signed(value: number, decimals: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(decimals)}`
}
