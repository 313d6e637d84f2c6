// The outcome of a write in words.

import type { Outcome } from '../../api/outcome.ts'
import type { WriteAnswer } from '../../api/schemas/write-answer.ts'
import { describeWarnings } from './describe-warnings.ts'

const WORDS: Readonly<Record<Exclude<Outcome, 'synced'>, string>> = {
  nacked: 'an Envoy NACKed',
  pending: 'an Envoy has not answered yet',
  unverified: 'stored; no Envoy is connected that could ACK it',
  replaced: 'stored; a newer revision is in force that has not all of its changes',
}

/** `revision 7: ACKed by 3 Envoys (31 ms)` */
export function describeOutcome({
  outcome,
  revision,
  elapsedMs,
  nodes,
}: Pick<WriteAnswer, 'outcome' | 'revision' | 'elapsedMs' | 'nodes'>): string {
  const words = outcome === 'synced' ? describeAcks(nodes) : WORDS[outcome]
  return `revision ${revision}: ${words} (${elapsedMs} ms)`
}

/** The warnings of the document in force, then the outcome. */
export function describeWrite(answer: WriteAnswer): string {
  return [...describeWarnings(answer.warnings), describeOutcome(answer)].join('\n')
}

/** An ACK is all that is known: a listener or cluster that an Envoy has ACKed may still be warming there. */
function describeAcks(nodes: WriteAnswer['nodes']): string {
  const acked = nodes.filter(({ state }) => state === 'SYNCED').length
  if (acked === 0) return 'accepted'
  return acked === 1 ? 'ACKed by 1 Envoy' : `ACKed by ${acked} Envoys`
}
