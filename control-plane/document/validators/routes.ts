// Routes: matches that make sense and differ, and weights that lead to upstreams that are there.

import { inEffect } from '../../switches/defaults.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import { WEIGHTS } from '../base-fields.ts'
import type { Config, Rule } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { checkMatch, describeMatch } from './match.ts'
import { checkReference } from './reference.ts'

export function* checkRoutes(
  { routes, upstreams }: Config,
  switches: Switches = SWITCHES,
): Iterable<PlacedProblem> {
  for (const [routeName, { hosts, rules }] of Object.entries(routes)) {
    yield* checkCase(['routes', routeName, 'hosts'], hosts)
    const ruleOf = new Map<string, string>()
    for (const [name, rule] of Object.entries(rules)) {
      const steps = ['routes', routeName, 'rules', name]
      yield* checkMatch([...steps, 'match'], rule.match)
      const match = describeMatch(rule.match)
      const twin = match && ruleOf.get(match)
      if (twin !== undefined) {
        yield {
          steps: [...steps, 'match'],
          message: `is also the match of ${twin}, so one of the two rules is never used: remove one`,
        }
      }
      if (rule.to !== undefined) yield* checkTargets([...steps, 'to'], rule.to, upstreams)
      else if (!isAnswered(rule, switches)) {
        yield { steps: [...steps, 'to'], message: `is missing: write ${WEIGHTS}` }
      }
      if (match !== undefined) ruleOf.set(match, twin ?? name)
    }
  }
}

/** Envoy compares hosts without regard to case. */
function* checkCase(steps: readonly string[], hosts: readonly string[]): Iterable<PlacedProblem> {
  const firstOf = new Map<string, string>()
  for (const [index, host] of hosts.entries()) {
    const first = firstOf.get(host.toLowerCase())
    if (first === undefined) {
      firstOf.set(host.toLowerCase(), host)
      continue
    }
    const message = `is the same host as ${first}, because the case of letters makes no difference: remove one`
    yield { steps: [...steps, String(index)], message }
  }
}

/** Whether Envoy answers the calls of a rule itself. */
function isAnswered(rule: Rule, { rules }: Switches): boolean {
  const entry: Readonly<Record<string, unknown>> = { ...rule }
  return rules.some(({ field, schema, toAnswers }) => {
    if (toAnswers === undefined || entry[field] === undefined) return false
    return toAnswers(inEffect(schema, entry[field]) as never).length > 0
  })
}

function* checkTargets(
  steps: readonly string[],
  to: NonNullable<Rule['to']>,
  upstreams: Config['upstreams'],
): Iterable<PlacedProblem> {
  for (const name of Object.keys(to)) yield* checkReference([...steps, name], name, upstreams, 'upstream')
  if (Object.values(to).every((weight) => weight === 0)) {
    yield {
      steps,
      message: 'has only weights of 0, so calls would go nowhere: give one upstream a weight above 0',
    }
  }
}
