// The names of the figures of changes, which checks and the report find them by, and times from series and marks.

import type { Measured } from '../../../../harness/results.ts'

export const FAILED = 'failed calls'
export const TIME_TO_SHARE = 'time to fair share (ms)'
export const TIME_TO_NONE = 'time to no calls (ms)'
export const TIME_TO_NO_FAILURE = 'time to no failed calls (ms)'
export const TIME_TO_RETURN = 'time until it is back (ms)'

/** Of a phase. */
export function failedFigure(phase: string): string {
  return `failed calls ${phase}`
}

/** Of a backend in a phase, in percent. */
export function shareFigure(id: string, phase: string): string {
  return `share of ${id} ${phase} (%)`
}

/** Intervals of the series that are looked at together, which are half a second. */
const INTERVALS = 5
/** Of a fair share: what random picks of half a second would often miss. */
const ENOUGH = 3 / 4

/** Milliseconds since the beginning of the window; undefined without such a mark. */
export function markedAt({ marks = [] }: Pick<Measured, 'marks'>, label: string): number | undefined {
  return marks.find((mark) => mark.label === label)?.atMs
}

type Timed = Pick<Measured, 'series' | 'marks'>

/**
 * Milliseconds from a mark until a backend's share of the calls is fair: until half a second begins in which it has three quarters
 * of its share at least. Undefined if it never does. As exact as the intervals of the series are long.
 * @param share such as 1/4 of four backends
 */
export function timeToShare(measured: Timed, id: string, label: string, share: number): number | undefined {
  const from = markedAt(measured, label)
  if (from === undefined) return undefined
  const own = pointsAfter(measured, id, from)
  const all = pointsAfter(measured, 'calls', from)
  for (let at = 0; at + INTERVALS <= own.length; at += 1) {
    const calls = sumOf(all.slice(at, at + INTERVALS))
    if (calls > 0 && sumOf(own.slice(at, at + INTERVALS)) >= ENOUGH * share * calls) {
      return Math.max(0, (own[at - 1]?.[0] ?? from) - from)
    }
  }
  return undefined
}

/** Milliseconds from a mark until the last event of a series; 0 without any, undefined if they do not stop. */
export function timeToNone(measured: Timed, name: string, label: string): number | undefined {
  const from = markedAt(measured, label)
  if (from === undefined) return undefined
  const points = pointsAfter(measured, name, from)
  const last = points.findLastIndex(([, value]) => value > 0)
  if (last < 0) return 0
  return last >= points.length - INTERVALS ? undefined : (points[last]?.[0] ?? from) - from
}

type Point = readonly [atMs: number, value: number]

/** Intervals that end after this moment. */
function pointsAfter({ series = [] }: Timed, name: string, fromMs: number): readonly Point[] {
  return (series.find((one) => one.name === name)?.points ?? []).filter(([atMs]) => atMs > fromMs)
}

function sumOf(points: readonly Point[]): number {
  return points.reduce((sum, [, value]) => sum + value, 0)
}
