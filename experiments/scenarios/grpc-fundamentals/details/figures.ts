// The names of the runs, figures and texts of the chapter, and how to read them back.

import type { Measured, Results } from '../../../../harness/results.ts'
import type { Way } from '../statuses/way.ts'

const CHAPTER = 'details'

export const RUNS = {
  sent: (way: Way) => `${CHAPTER}.sent.${way}`,
  size: (way: Way) => `${CHAPTER}.size.${way}`,
  /** @param client the index of the client */
  retries: (client: number) => `${CHAPTER}.retries.${client === 0 ? 'by-retry-info' : 'impatient'}`,
  lost: (isVersioned: boolean) => `${CHAPTER}.lost-answer.${isVersioned ? 'versioned' : 'plain'}`,
} as const

export const FIGURES = {
  errors: 'errors with details',
  mostBytes: 'largest details that arrive (bytes)',
  attempts: 'attempts',
  refused: 'refused attempts',
  tookSeconds: 'until all was written (s)',
  changes: 'changes by two attempts',
} as const

/** The name of the text with all that a run has found, as JSON. */
const FOUND = 'found'

export function record(found: unknown, figures: Measured['figures']): Partial<Measured> {
  return { figures, texts: { [FOUND]: JSON.stringify(found) } }
}

/** Undefined if it was not measured. `T` is the type that the run has recorded. */
export function foundIn<T>(results: Results, run: string): T | undefined {
  const text = results.runs.findLast(({ id, measured }) => id === run && measured)?.measured?.texts?.[FOUND]
  return text === undefined ? undefined : (JSON.parse(text) as T)
}
