// The responses of a stream that its client has not answered.

import type { AnsweredResponse } from '../cache/watch.ts'
import type { StreamState } from '../streams/stream.ts'

/** Type by type, the oldest of each first. The one place outside the machines that reads pending responses. */
export function unackedIn({
  typeStates,
}: StreamState): readonly { readonly typeUrl: string; readonly response: AnsweredResponse }[] {
  return typeStates
    .values()
    .flatMap(({ type: { typeUrl }, ledger }) => ledger.pending.map((response) => ({ typeUrl, response })))
}
