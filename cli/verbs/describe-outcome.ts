// How far the fleets have come with a change, in words.

import type { WriteAnswer } from '../../api/answers.ts'

const WORDS: Readonly<Record<string, string>> = {
  synced: 'every Envoy has it',
  unverified: 'accepted, but no Envoy is connected that could take it',
}

/** `revision 7: every Envoy has it (31 ms)` */
export function describeOutcome({ outcome, revision, elapsedMs }: WriteAnswer): string {
  const which = revision === undefined ? '' : `revision ${revision}: `
  const took = elapsedMs === undefined ? '' : ` (${elapsedMs} ms)`
  return `${which}${WORDS[outcome] ?? outcome}${took}`
}
