// The names of the figures of deadlines.

import type { Measured, Results } from '../../../../harness/results.ts'
import type { Way } from '../statuses/way.ts'

export const CHAPTER = 'deadlines'

export const FIGURES = {
  elapsed: 'the client has its answer, median (ms)',
  finishedForNobody: 'calls that c finished for nobody',
  unitsForNobody: 'units of work for nobody',
  unitsInTime: 'units of work while the client waited',
  reachedLast: 'calls that reached c',
  stopped: 'calls that c stopped',
  knewAfter: 'c stops after the client has left, median (ms)',
  answered: 'calls answered in time',
  made: 'calls made',
} as const

/** What is left of the deadline when a call comes to a hop. */
export const leftFigure = (hop: string) => `left of the deadline at ${hop}, median (ms)`

/** The most by which a call had more left at a hop than at the one before. */
export const growthFigure = (from: string, to: string) => `more left at ${to} than at ${from}, most (ms)`

export const runIdOf = (story: string, way: Way) => `${CHAPTER}.${story}.${way}`

/** Of all rounds. */
export function roundsIn({ runs }: Results, id: string): readonly Measured[] {
  return runs.flatMap((run) => (run.id === id && run.measured ? [run.measured] : []))
}
