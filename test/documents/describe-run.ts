// What a run of random documents has shown, in words.

import type { RandomFailure, RandomRun } from './random-run.ts'

/** One line for each place with how often it was in a document, then the sums, and the failure if there is one. */
export function describeRun({ acked, places, fields, failure }: RandomRun, seed: number): string {
  const never = [...places].filter(([, count]) => count === 0).map(([name]) => name)
  const few = [...places].toSorted(([, a], [, b]) => a - b)
  return [
    ...few.map(([name, count]) => `${String(count).padStart(6)} ${name}`),
    `${acked} documents ACKed, ${failure === undefined ? 0 : 1} NACKed (--seed ${seed})`,
    `${places.size - never.length} of ${places.size} places of switches drawn${never.length > 0 ? `, never: ${never.join(', ')}` : ''}`,
    `${fields.written} of ${fields.written + fields.missing.length} fields written, never: ${fields.missing.join(', ')}`,
    ...(failure === undefined ? [] : [describeFailure(failure)]),
  ].join('\n')
}

export function describeFailure({ drawn, error, isSmallest }: RandomFailure): string {
  const which = isSmallest ? 'the smallest document that fails' : 'a document that fails'
  return `${which} has\n${JSON.stringify(drawn, undefined, 2)}\n${error}`
}
