// Problems of a document: their paths as text, and the error that carries them.

import { type Problem, SwitchyardError } from '../../core/errors.ts'
import type { PlacedProblem } from '../switches/placed-problem.ts'

export type { PlacedProblem }

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

/** A value of the document as a message quotes it. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
