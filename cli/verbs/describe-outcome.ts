// The outcome of a write in words.

import type { Outcome } from '../../api/outcome.ts'
import type { WriteAnswer } from '../../api/schemas/write-answer.ts'

const WORDS: Readonly<Record<Outcome, string>> = {
  synced: 'every Envoy has ACKed',
  nacked: 'an Envoy NACKed',
  pending: 'an Envoy has not answered yet',
  unverified: 'stored; no Envoy is connected that could ACK it',
}

/** `revision 7: every Envoy has ACKed (31 ms)` */
export function describeOutcome({
  outcome,
  revision,
  elapsedMs,
}: Pick<WriteAnswer, 'outcome' | 'revision' | 'elapsedMs'>): string {
  return `revision ${revision}: ${WORDS[outcome]} (${elapsedMs} ms)`
}
