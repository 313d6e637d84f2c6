// The outcome of a write in words.

import type { Outcome } from '../../api/outcome.ts'
import type { WriteAnswer } from '../../api/schemas/write-answer.ts'
import { describeWarnings } from './describe-warnings.ts'

const WORDS: Readonly<Record<Exclude<Outcome, 'synced'>, (one: string) => string>> = {
  nacked: (one) => `${one} NACKed`,
  pending: (one) => `${one} has not answered yet`,
  unverified: () => 'stored; no node is connected that could ACK it',
  replaced: () => 'stored; a newer revision is in force, without some of its changes',
}

/** What to call one node of several: fleets have Envoys or gRPC clients. */
const NOUNS = { envoy: 'an Envoy', grpc: 'a gRPC client', both: 'a node' } as const

/** `revision 7: ACKed by 3 Envoys (31 ms)` */
export function describeOutcome({
  outcome,
  revision,
  elapsedMs,
  nodes,
}: Pick<WriteAnswer, 'outcome' | 'revision' | 'elapsedMs' | 'nodes'>): string {
  const words = outcome === 'synced' ? describeAcks(nodes) : WORDS[outcome](nounOf(nodes))
  return `revision ${revision}: ${words} (${elapsedMs} ms)`
}

/** The warnings of the document in force, then the outcome. */
export function describeWrite(answer: WriteAnswer): string {
  return [...describeWarnings(answer.warnings), describeOutcome(answer)].join('\n')
}

/** An ACK is all that is known: a listener or cluster that a node has ACKed may still be warming there. */
function describeAcks(nodes: WriteAnswer['nodes']): string {
  const acked = nodes.filter(({ state }) => state === 'SYNCED')
  if (acked.length === 0) return 'accepted'
  const noun = nounOf(acked).replace(/^an? /, '')
  return `ACKed by ${acked.length} ${noun}${acked.length === 1 ? '' : 's'}`
}

function nounOf(nodes: WriteAnswer['nodes']): string {
  const grpc = nodes.filter(({ client }) => /^grpc\b/i.test(client?.name ?? '')).length
  if (grpc === 0) return NOUNS.envoy
  return grpc === nodes.length ? NOUNS.grpc : NOUNS.both
}
