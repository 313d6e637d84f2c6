// The order of a route's rules: clients take the first that matches, so the more specific one stands first.

import type { Match, Rule } from '../document/model.ts'
import { type HeaderMatch, headerMatchOf, waysOf } from '../switches/header-match.ts'
import { sortedEntries } from './entry.ts'

/**
 * Rules by how specific they are: a whole path before a regular expression, and that before a prefix; the longer text before the
 * shorter one, and one with the right case before one in any case. Where paths are equal, more headers, parameters of the query and claims before fewer, then more whole
 * values before fewer, then fewer that are only present, absent or different. Then a smaller share of the calls before a
 * larger one, and the order of the names where all that leaves two rules equal.
 */
export function orderRules(rules: Readonly<Record<string, Rule>>): [name: string, rule: Rule][] {
  // Sorting is stable, so the order of the names stays where two rules are equally specific.
  return sortedEntries(rules).sort(([, a], [, b]) => compareMatches(a.match, b.match))
}

const KINDS = ['path', 'regex', 'prefix'] as const

function compareMatches(a: Match, b: Match): number {
  const [pathOfA, pathOfB] = [pathMatchOf(a), pathMatchOf(b)]
  const [comparisonsA, comparisonsB] = [comparisonsOf(a), comparisonsOf(b)]
  return (
    KINDS.indexOf(pathOfA.kind) - KINDS.indexOf(pathOfB.kind) ||
    pathOfB.text.length - pathOfA.text.length ||
    Number(a.ignoreCase ?? false) - Number(b.ignoreCase ?? false) ||
    comparisonsB.length - comparisonsA.length ||
    comparisonsB.filter(isWhole).length - comparisonsA.filter(isWhole).length ||
    comparisonsA.filter(isLoose).length - comparisonsB.filter(isLoose).length ||
    (a.percent ?? 100) - (b.percent ?? 100)
  )
}

/** The claims of a token are whole values too. */
function comparisonsOf({ headers = {}, query = {}, token }: Match): readonly HeaderMatch[] {
  return [headers, query, token?.claims ?? {}].flatMap((values) => Object.values(values).map(headerMatchOf))
}

function isWhole({ exact, invert = false }: HeaderMatch): boolean {
  return exact !== undefined && !invert
}

function isLoose(match: HeaderMatch): boolean {
  return match.invert === true || waysOf(match).includes('present')
}

export interface PathMatch {
  readonly kind: (typeof KINDS)[number]
  readonly text: string
}

/** What a match wants of a call's path, which is `/package.Service/Method`. */
export function pathMatchOf({ service, method, path, regex, prefix = '/' }: Match): PathMatch {
  if (path !== undefined) return { kind: 'path', text: path }
  if (regex !== undefined) return { kind: 'regex', text: regex }
  if (service === undefined) return { kind: 'prefix', text: prefix }
  if (method === undefined) return { kind: 'prefix', text: `/${service}/` }
  return { kind: 'path', text: `/${service}/${method}` }
}
