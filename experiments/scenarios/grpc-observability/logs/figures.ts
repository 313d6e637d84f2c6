// The names of runs and texts of the chapter.

import type { Measured, Results } from '../../../../harness/results.ts'
import type { AllLines } from './read-lines.ts'
import type { LogStory } from './stories.ts'

export const runIdOf = ({ id }: Pick<LogStory, 'id'>) => `logs.${id}`
export const SAMPLE_RUN = 'logs.sample'
export const SPANS_RUN = 'logs.spans'
export const SECRET_RUN = 'logs.sensitive'

/** What each side has logged, as JSON. */
export const ALL_LINES_TEXT = 'lines'

export function measuredOf({ runs }: Pick<Results, 'runs'>, run: string): Measured | undefined {
  return runs.find(({ id, measured }) => id === run && measured !== undefined)?.measured
}

export function linesIn({ texts = {} }: Measured): AllLines {
  return JSON.parse(texts[ALL_LINES_TEXT] ?? '{"client":[],"proxy":[],"server":[]}')
}
