// The order of a route's rules: Envoy takes the first that matches, so the more specific one stands first.

import type { Match, Rule } from '../document/model.ts'
import { sortedEntries } from './entry.ts'

/**
 * Rules by how specific they are: a whole path before a prefix, a longer prefix before a shorter one, more headers
 * before fewer; and by name where that leaves them equal.
 */
export function orderRules(rules: Readonly<Record<string, Rule>>): [name: string, rule: Rule][] {
  // Sorting is stable, so the order of the names stays where two rules are equally specific.
  return sortedEntries(rules).sort(([, a], [, b]) => compareMatches(a.match, b.match))
}

function compareMatches(a: Match, b: Match): number {
  return (
    Number(isWholePath(b)) - Number(isWholePath(a)) ||
    pathOf(b).length - pathOf(a).length ||
    Object.keys(b.headers ?? {}).length - Object.keys(a.headers ?? {}).length
  )
}

/** True where the match names one method, so that `pathOf` is all of a call's path. */
export function isWholePath({ method }: Match): boolean {
  return method !== undefined
}

/** The path, or the start of it, that a match wants: a call's path is `/package.Service/Method`. */
export function pathOf({ service, method = '', prefix = '/' }: Match): string {
  return service === undefined ? prefix : `/${service}/${method}`
}
