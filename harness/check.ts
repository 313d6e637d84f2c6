// Makes a check of findings: it holds if some do and none fails.

import type { Check } from './results.ts'

export interface Finding {
  /** Such as `Envoy L4, 1 connection: all calls to b1`. */
  readonly fact: string
  /** Whether it is as it must be; undefined where too few calls were made to tell. */
  readonly holds: boolean | undefined
}

/** Facts that the detail repeats. */
const SHOWN = 6

/** @param row of the curriculum @param title a sentence: what must hold */
export function check(row: string, title: string, findings: readonly Finding[]): Check {
  const wrong = findings.filter(({ holds }) => holds === false)
  const right = findings.filter(({ holds }) => holds === true)
  const outcome = wrong.length > 0 ? 'fails' : right.length > 0 ? 'holds' : 'not measured'
  const open = findings.map(({ fact }) => `${fact}, which are too few calls to tell`)
  const decided = wrong.length > 0 ? wrong : right
  const told = decided.length > 0 ? decided.map(({ fact }) => fact) : open
  const more = told.length > SHOWN ? [`and ${told.length - SHOWN} more`] : []
  const detail = [...told.slice(0, SHOWN), ...more].join('; ')
  // What a program printed may have lines, and a detail is one cell of a table.
  return { row, title, outcome, detail: detail.replaceAll(/\s*\n\s*/g, ' ') }
}
