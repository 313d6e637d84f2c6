// The names of runs, figures and texts of the chapter.

import type { Measured, Results } from '../../../../harness/results.ts'
import type { Part } from './counts.ts'
import type { Story } from './story.ts'

export const runIdOf = ({ id }: Pick<Story, 'id'>) => `metrics.${id}`

/** Calls that ended with a status, as a part counts them. */
export const codeFigure = (part: Part, code: string) => `${part} ended with ${code}`

const HOLDS = 'holds: '
export const holdsText = (fact: string) => `${HOLDS}${fact}`

/** What must hold of a run, and whether it does. */
export function factsIn({ texts = {} }: Measured): readonly { fact: string; holds: boolean }[] {
  return Object.entries(texts).flatMap(([name, text]) =>
    name.startsWith(HOLDS) ? [{ fact: name.slice(HOLDS.length), holds: text === 'true' }] : [],
  )
}

/** Statuses that a cell has room for. */
const FEW = 3

/** The statuses that a part has counted, such as `OK 40, UNAVAILABLE 3`. */
export function codesIn({ figures }: Measured, part: Part): string {
  const prefix = codeFigure(part, '')
  const found = Object.entries(figures).filter(([name]) => name.startsWith(prefix))
  if (found.length > FEW) {
    const calls = found.reduce((sum, [, count]) => sum + count, 0)
    return `${found.length} statuses, ${calls} calls`
  }
  return found.map(([name, count]) => `${name.slice(prefix.length)} ${count}`).join(', ') || '–'
}

export function measuredOf({ runs }: Results, story: Pick<Story, 'id'>): Measured | undefined {
  return runs.find(({ id, measured }) => id === runIdOf(story) && measured !== undefined)?.measured
}
