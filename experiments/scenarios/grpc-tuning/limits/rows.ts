// The places that were searched, with what was found.

import type { Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import {
  codeText,
  errorText,
  failsFigure,
  limitsId,
  listFigure,
  type Place,
  PROGRAMS,
  type Program,
  passesFigure,
} from './places.ts'

export interface LimitRow {
  readonly program: Program
  readonly place: Place
  readonly passes: number
  readonly fails: number | undefined
  /** The lists of headers with these, as the place counts them. */
  readonly lists: { readonly passes: number | undefined; readonly fails: number | undefined }
  readonly code: string | undefined
  readonly text: string | undefined
}

export function limitRows(results: Results, kind: Place['kind']): readonly LimitRow[] {
  return PROGRAMS.flatMap((program) => {
    const round = roundsOf(results, limitsId(program)).at(-1)
    if (round === undefined) return []
    const { figures, texts = {} } = round
    return program.places
      .filter((place) => place.kind === kind)
      .map((place) => ({
        ...{ program, place, passes: figures[passesFigure(place)] ?? Number.NaN },
        fails: figures[failsFigure(place)],
        lists: {
          passes: figures[listFigure(place, 'passes')],
          fails: figures[listFigure(place, 'fails')],
        },
        ...{ code: texts[codeText(place)], text: texts[errorText(place)] },
      }))
  })
}
