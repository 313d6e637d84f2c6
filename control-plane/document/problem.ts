// One thing that is wrong in a document, by the steps that lead to its place.

import { type Problem, SwitchyardError } from '../../core/errors.ts'

/**
 * A `Problem` whose place is not text yet. The steps are needed, because a file needs the line and column of the place, and a
 * path cannot be read back into steps.
 */
export interface PlacedProblem extends Omit<Problem, 'path'> {
  /** Field names and list indices, from the document's top; empty for the document itself. */
  readonly steps: readonly string[]
}

/** The steps as a person writes them: `fleets.edge.lb.mode`, `routes.public.hosts[0]`, `upstreams["a.b"]`. */
export function formatSteps(steps: readonly string[]): string {
  return steps.reduce((path, step) => {
    if (/^\d+$/.test(step)) return `${path}[${step}]`
    if (!/^[\w-]+$/.test(step)) return `${path}[${JSON.stringify(step)}]`
    return path === '' ? step : `${path}.${step}`
  }, '')
}

export function toProblem({ steps, message }: PlacedProblem): Problem {
  return { path: formatSteps(steps), message }
}

/** @throws SwitchyardError `invalid-config` with all problems. */
export function throwProblems(problems: readonly PlacedProblem[], summary: string): never {
  throw new SwitchyardError('invalid-config', summary, { problems: problems.map(toProblem) })
}
