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

/** Nobody reads more, and to describe each one of 20,000 takes minutes. */
export const MOST_PROBLEMS = 100

/** The first hundred. If there are more, another one says so; how many there are may be unknown. */
export function firstProblems(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MOST_PROBLEMS) return problems
  const more = {
    path: '',
    message: `there are more than these ${MOST_PROBLEMS - 1} problems: correct them first`,
  }
  return [...problems.slice(0, MOST_PROBLEMS - 1), more]
}

/** The first of them, and one more than a hundred at most, so that `firstProblems` sees that there are more. */
export function takeProblems<T>(found: Iterable<T>): T[] {
  const taken: T[] = []
  for (const one of found) {
    taken.push(one)
    if (taken.length > MOST_PROBLEMS) break
  }
  return taken
}

/** @throws SwitchyardError `invalid-config` with the first hundred problems. */
export function throwProblems(problems: readonly PlacedProblem[], summary: string): never {
  throw new SwitchyardError('invalid-config', summary, { problems: firstProblems(problems.map(toProblem)) })
}

/** A value of the document as a message quotes it. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
