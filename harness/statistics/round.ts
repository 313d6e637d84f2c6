// What one round of a run says.

import type { Measured } from '../results.ts'

const MICROSECONDS_PER_MS = 1_000

export type Role = Measured['processes'][number]['role']

/** Calls that did not end with OK. */
export function failedOf({ codes }: Pick<Measured, 'codes'>): number {
  return Object.entries(codes).reduce((sum, [code, calls]) => sum + (code === 'OK' ? 0 : calls), 0)
}

/** CPU time of all processes, or of those of a role, for each call, in microseconds. */
export function cpuPerCall({ processes, calls }: Pick<Measured, 'processes' | 'calls'>, role?: Role): number {
  const spent = processes.filter((one) => role === undefined || one.role === role)
  return (spent.reduce((sum, { cpuMs }) => sum + cpuMs, 0) * MICROSECONDS_PER_MS) / calls
}

/** The latencies from the moment a call was due, where that is known; undefined if none were taken. */
export function latenciesOf({ histograms }: Pick<Measured, 'histograms'>): string | undefined {
  return histograms.call ?? histograms.service ?? Object.values(histograms)[0]
}
