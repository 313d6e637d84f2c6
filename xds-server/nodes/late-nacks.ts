// NACKs that may belong to an earlier response. Envoy 1.40 holds back its NACK of a cluster that is warming, and in SotW sends it with
// the nonce of the next response, which it may have accepted. So whether it has what it is served is unknown.

import type { TypeView } from './status.ts'

interface Unanswered {
  readonly typeUrl: string
  readonly nonce: string
}

export class LateNacks {
  #unanswered: readonly Unanswered[] = []
  /** Nonces that were NACKed and that the stream waits for all the same, because a newer response repeats their content. */
  #nacked: ReadonlySet<string> = new Set()
  /** By type: the nonce of its last NACK, if that was late. */
  readonly #nonces = new Map<string, string>()

  /** The responses that the stream waits for from now on, the oldest of each type first. */
  wait(pending: readonly Unanswered[]): void {
    this.#nacked = new Set(pending.map(({ nonce }) => nonce).filter((nonce) => this.#nacked.has(nonce)))
    this.#unanswered = pending.filter(({ nonce }) => !this.#nacked.has(nonce))
  }

  /** A response was NACKed. It may be an earlier one, if that was unanswered too. */
  nacked(typeUrl: string, nonce: string): void {
    const oldest = this.#unanswered.find((one) => one.typeUrl === typeUrl)
    if (oldest !== undefined && oldest.nonce !== nonce) this.#nonces.set(typeUrl, nonce)
    this.#nacked = new Set([...this.#nacked, nonce])
  }

  /** A type whose last NACK was late is UNKNOWN until the next answer. */
  correct(views: ReadonlyMap<string, TypeView>): ReadonlyMap<string, TypeView> {
    if (this.#nonces.size === 0) return views
    return new Map(
      [...views].map(([typeUrl, view]) => {
        const nonce = this.#nonces.get(typeUrl)
        const isLate = nonce !== undefined && view.state === 'NACKED' && view.nack?.nonce === nonce
        return [typeUrl, isLate ? { ...view, state: 'UNKNOWN' } : view]
      }),
    )
  }
}
