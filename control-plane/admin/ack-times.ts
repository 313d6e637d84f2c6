// How long nodes take to ACK what they are sent.

import type { XdsEvent } from '../../xds-server/nodes/events.ts'

interface Sent {
  readonly nonce: string
  /** By `performance.now()`. */
  readonly at: number
}

/**
 * Remembers when each response was sent. Bounded: a stream has few responses of a type without an answer, an answer to one ends the
 * wait for all before it, and the end of the stream ends all.
 */
export class AckTimes {
  readonly #now: () => number
  readonly #streams = new Map<number, Map<string, readonly Sent[]>>()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** @returns the seconds from a response to its ACK, if the event is one */
  note(event: XdsEvent): number | undefined {
    if (event.kind === 'closed') this.#streams.delete(event.stream.id)
    if (event.kind === 'sent') this.#send(event)
    if (event.kind !== 'acked' && event.kind !== 'nacked') return undefined
    const sentAt = this.#answer(event)
    return event.kind === 'nacked' || sentAt === undefined ? undefined : (this.#now() - sentAt) / 1_000
  }

  #send({ stream, typeUrl, nonce }: Extract<XdsEvent, { kind: 'sent' }>): void {
    const types = this.#streams.get(stream.id) ?? new Map<string, readonly Sent[]>()
    types.set(typeUrl, [...(types.get(typeUrl) ?? []), { nonce, at: this.#now() }])
    this.#streams.set(stream.id, types)
  }

  #answer({ stream, typeUrl, nonce }: Extract<XdsEvent, { kind: 'acked' | 'nacked' }>): number | undefined {
    const types = this.#streams.get(stream.id)
    const all = types?.get(typeUrl) ?? []
    const index = all.findIndex((one) => one.nonce === nonce)
    types?.set(typeUrl, all.slice(index + 1))
    return all[index]?.at
  }
}
