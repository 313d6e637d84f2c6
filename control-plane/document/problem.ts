// One thing that is wrong in a document: where, as the steps that lead there, and what.

import { type Problem, SwitchyardError } from '../../core/errors.ts'

export interface Finding {
  /** Field names and list indices, from the document's top; empty for the document itself. */
  readonly steps: readonly string[]
  readonly message: string
}

/** The steps as a person writes them: `fleets.edge.lb.mode`, `routes.public.hosts[0]`, `upstreams["a.b"]`. */
export function formatSteps(steps: readonly string[]): string {
  return steps.reduce((path, step) => {
    if (/^\d+$/.test(step)) return `${path}[${step}]`
    if (!/^[\w-]+$/.test(step)) return `${path}[${JSON.stringify(step)}]`
    return path === '' ? step : `${path}.${step}`
  }, '')
}

export function toProblem({ steps, message }: Finding): Problem {
  return { path: formatSteps(steps), message }
}

/** @throws SwitchyardError `invalid-config` with all findings. */
export function throwFindings(findings: readonly Finding[], summary: string): never {
  throw new SwitchyardError('invalid-config', summary, { problems: findings.map(toProblem) })
}
