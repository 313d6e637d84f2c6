// Chooses runs of a plan by parts of their ids.

import { editDistance } from '../core/edit-distance.ts'
import { SwitchyardError } from '../core/errors.ts'
import { escapeRegex } from '../core/escape-regex.ts'

/** How many ids an error suggests for a pattern. */
const SUGGESTIONS = 3

interface Named {
  readonly id: string
}

/**
 * The runs that match any of the patterns, in the order of the plan. A pattern is one or more parts of an id in their order, with dots
 * between them: `l7-round-robin`, `l7-*.unary`, `unary.4-connections`. `*` stands for any letters of one part.
 * @throws SwitchyardError `not-found` for each pattern that no run matches, with the nearest ids
 */
export function selectRuns<R extends Named>(runs: readonly R[], patterns: readonly string[]): readonly R[] {
  const unknown = patterns.filter((pattern) => !runs.some(({ id }) => matches(id, pattern)))
  if (unknown.length === 0) {
    return runs.filter(({ id }) => patterns.some((pattern) => matches(id, pattern)))
  }
  const problems = unknown.map((path) => ({
    path,
    message: `no run has these parts. Nearest: ${nearestOf(runs, path).join(', ')}`,
  }))
  throw new SwitchyardError('not-found', '--only: unknown runs:', { problems })
}

function matches(id: string, pattern: string): boolean {
  const wanted = pattern.split('.').map(toExpression)
  let found = 0
  for (const part of id.split('.')) if (wanted[found]?.test(part)) found += 1
  return found === wanted.length
}

function toExpression(part: string): RegExp {
  return new RegExp(`^${part.split('*').map(escapeRegex).join('.*')}$`)
}

function nearestOf(runs: readonly Named[], pattern: string): readonly string[] {
  return runs
    .map(({ id }) => ({ id, distance: distanceTo(id, pattern) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, SUGGESTIONS)
    .map(({ id }) => id)
}

/** Each part of the pattern against the nearest part of the id: an id that has one more part is as near. */
function distanceTo(id: string, pattern: string): number {
  const parts = id.split('.')
  return pattern
    .split('.')
    .map((wanted) => Math.min(...parts.map((part) => editDistance(part, wanted))))
    .reduce((sum, distance) => sum + distance, 0)
}
