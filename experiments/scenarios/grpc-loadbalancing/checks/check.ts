// Makes a check of findings: it holds if there are some and none has a problem.

import type { Check } from '../../../harness/results.ts'

export interface Finding {
  /** Such as `Envoy L4, 1 connection: all calls to b1`. */
  readonly fact: string
  /** Whether it is as it must be. */
  readonly holds: boolean
}

/** Facts that the detail repeats. */
const SHOWN = 6

/** @param row of the curriculum @param title a sentence: what must hold */
export function check(row: string, title: string, findings: readonly Finding[]): Check {
  const wrong = findings.filter(({ holds }) => !holds)
  const outcome = findings.length === 0 ? 'not measured' : wrong.length === 0 ? 'holds' : 'fails'
  const told = (wrong.length > 0 ? wrong : findings).map(({ fact }) => fact)
  const more = told.length > SHOWN ? [`and ${told.length - SHOWN} more`] : []
  return { row, title, outcome, detail: [...told.slice(0, SHOWN), ...more].join('; ') }
}
