// What the runs of tokens and origins find, and how results keep it.

import type { Results } from '../../../../harness/results.ts'
import type { Flavour } from '../lab/lab-types.ts'

/** In the order of tables. The first is the accepted twin of all others. */
export const CASES = {
  accepted: 'a valid token',
  'no-token': 'no token',
  'expired-token': 'an expired token',
  'no-cors': 'a valid token, where CORS is off',
  'unlisted-metadata': 'a valid token, and metadata that CORS does not list',
  'other-origin': 'a valid token, by a page of another origin',
} as const
export type CaseName = keyof typeof CASES
export const CASE_NAMES = Object.keys(CASES) as CaseName[]

export interface CaseFound {
  /** The gRPC status that the page gets. */
  readonly code: number
  readonly text: string
  /** HTTP status of the call; undefined where the browser did not make it, or keeps the answer. */
  readonly http?: number
  /** Of the preflight. */
  readonly preflight?: number
  /** Whether the preflight had the token. */
  readonly preflightHasToken: boolean
  /** Whether the answer names the page's origin, so that the page may read it. */
  readonly isReadable: boolean
  /** In the developer tools. */
  readonly failure?: string
  /** Whether the service got the call. */
  readonly reached: boolean
}

export interface SimpleFound {
  readonly toPage: string
  /** Calls that reached the service by it. */
  readonly reached: number
}

/** The text of a run that has what it found, in JSON. */
export const FOUND = 'found'
export const SIMPLE = 'security.without-preflight'
export const idOf = (name: CaseName) => `security.${name}`

export function caseOf(results: Results, name: CaseName): Readonly<Record<Flavour, CaseFound>> | undefined {
  return read(results, idOf(name))
}

export function simpleOf(results: Results): SimpleFound | undefined {
  return read(results, SIMPLE)
}

function read<T>(results: Results, id: string): T | undefined {
  const text = results.runs.find((run) => run.id === id)?.measured?.texts?.[FOUND]
  return text === undefined ? undefined : (JSON.parse(text) as T)
}
