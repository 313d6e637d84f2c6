// What a rule matches: fields that go together, regular expressions that clients can read, and comparisons that something can meet.

import { type HeaderMatch, headerMatchOf, headerMatchProblems } from '../../switches/header-match.ts'
import { regexProblem } from '../../switches/regex.ts'
import { PARTS_PER_PERCENT } from '../match.ts'
import type { Match } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'

export function* checkMatch(steps: readonly string[], match: Match): Iterable<PlacedProblem> {
  yield* checkPath(steps, match)
  for (const [name, value] of Object.entries(match.headers ?? {})) {
    yield* headerMatchProblems([...steps, 'headers', name], headerMatchOf(value))
  }
  for (const [name, value] of Object.entries(match.query ?? {})) {
    yield* headerMatchProblems([...steps, 'query', name], headerMatchOf(value))
  }
  const { percent = 100 } = match
  const parts = percent * PARTS_PER_PERCENT
  // 1.1 × 10000 is 11000.000000000002.
  if (Math.abs(parts - Math.round(parts)) > 1e-6) {
    yield {
      steps: [...steps, 'percent'],
      message: `has more than four decimals, which Envoy cannot express: write ${Math.round(parts) / PARTS_PER_PERCENT}`,
    }
  }
}

function* checkPath(steps: readonly string[], match: Match): Iterable<PlacedProblem> {
  const { service, method, regex, ignoreCase = false } = match
  if (method !== undefined && service === undefined) {
    yield { steps: [...steps, 'method'], message: 'needs a service beside it: write one' }
  }
  const [first, ...others] = (['path', 'prefix', 'regex'] as const).filter((way) => match[way] !== undefined)
  if (first !== undefined && (service ?? method) !== undefined) {
    yield { steps: [...steps, first], message: 'cannot be combined with service or method: remove one' }
  }
  for (const other of others) {
    yield { steps: [...steps, other], message: `cannot be combined with ${first}: remove one` }
  }
  if (regex === undefined) return
  const message = regexProblem(regex)
  if (message !== undefined) yield { steps: [...steps, 'regex'], message }
  if (ignoreCase) {
    yield {
      steps: [...steps, 'ignoreCase'],
      message: 'has no effect on a regular expression: remove it, and begin the expression with (?i)',
    }
  }
}

/**
 * Equal texts for matches of the same calls, whatever order they are written in. Undefined for a share of the calls: two rules may
 * each take one of the same calls.
 */
export function describeMatch({
  headers = {},
  query = {},
  token,
  percent = 100,
  ...path
}: Match): string | undefined {
  if (percent < 100) return undefined
  const { service, method, path: whole, prefix, regex, ignoreCase = false } = path
  const claims = Object.entries(token?.claims ?? {}).sort()
  const compared = [describeAll(headers), describeAll(query), token?.from, claims]
  return JSON.stringify([service, method, whole, prefix, regex, ignoreCase, ...compared])
}

function describeAll(values: Readonly<Record<string, string | HeaderMatch>>): unknown[] {
  return Object.entries(values)
    .map(([name, value]) => [name, ...describeHeader(headerMatchOf(value))])
    .sort()
}

function describeHeader({ ignoreCase = false, invert = false, range, ...text }: HeaderMatch): unknown[] {
  return [ignoreCase, invert, range?.from, range?.to, ...Object.entries(text).flat()]
}
