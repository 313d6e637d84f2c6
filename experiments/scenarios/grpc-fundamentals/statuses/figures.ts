// The names of the figures and texts that the runs leave, and how to read them back.

import { status } from '@grpc/grpc-js'
import type { Measured, Results } from '../../../../harness/results.ts'
import type { Outcome } from './outcome.ts'
import type { RawAnswer } from './raw-call.ts'
import type { Way } from './way.ts'

export const CHAPTER = 'statuses'

/** The id of the run that provokes a code, such as `statuses.not-found`. */
export function runIdOf(code: status): string {
  return `${CHAPTER}.${nameOf(code).toLowerCase().replaceAll('_', '-')}`
}

export const HTTP_RUN = `${CHAPTER}.http-answers`

/** Such as `NOT_FOUND`; a number that is no status as it is. */
export function nameOf(code: number): string {
  return status[code] ?? String(code)
}

/** The part of a run's results that holds an outcome. @param cause its id */
export function recordOf(cause: string, way: Way, { code, text }: Outcome): Partial<Measured> {
  const name = keyOf(cause, way)
  return { figures: { [name]: code }, texts: { [name]: text } }
}

/** Undefined if it was not measured. */
export function outcomeIn(results: Results, run: string, cause: string, way: Way): Outcome | undefined {
  const measured = results.runs.findLast(({ id, measured }) => id === run && measured)?.measured
  const code = measured?.figures[keyOf(cause, way)]
  return code === undefined ? undefined : { code, text: measured?.texts?.[keyOf(cause, way)] ?? '' }
}

/** The part of a run's results with what Envoy itself answers. */
export function envoyRecordOf(
  id: string,
  { grpc, json }: { readonly grpc: RawAnswer; readonly json: RawAnswer },
): Partial<Measured> {
  return { texts: { [`Envoy answers, ${id}`]: JSON.stringify({ grpc, json }) } }
}

/** Undefined if it was not measured. */
export function envoyAnswersIn(results: Results, id: string) {
  const measured = results.runs.findLast((run) => run.id === HTTP_RUN && run.measured)?.measured
  const text = measured?.texts?.[`Envoy answers, ${id}`]
  return text === undefined ? undefined : (JSON.parse(text) as Readonly<Record<'grpc' | 'json', RawAnswer>>)
}

const keyOf = (cause: string, way: Way) => `${cause}, ${way === 'direct' ? 'directly' : 'through Envoy'}`
