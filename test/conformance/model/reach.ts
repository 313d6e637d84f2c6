// Which snapshots a stream may be sent: every one, until it is to end. From then on a new one waits until the client asks for something,
// or until its time is over (X81).

import { type Snapshot, typeIn } from '../../../xds-server/snapshot/snapshot.ts'
import { isHeartbeatNonce } from '../../../xds-server/streams/heartbeat.ts'
import type { Step, StreamEvent } from '../../../xds-server/streams/stream.ts'
import type { ClientRequest, ClientState } from '../../support/client-state.ts'

export class Reach {
  readonly #client: ClientState
  readonly #within: Snapshot[] = []
  readonly #lists = new Map<string, string>()
  /** The nonce of the last response of each type. */
  readonly #lastNonces = new Map<string, string>()
  #last: Snapshot | undefined
  #isEnding = false

  /** `client` says what is in effect at the other end, which may be sent to it once more. */
  constructor(client: ClientState) {
    this.#client = client
  }

  /**
   * Takes one step of the server, and what is served then.
   * @throws Error that names the row if a response carries what has to wait
   */
  see(event: StreamEvent<ClientRequest>, { state, send, report }: Step): void {
    const { snapshot } = state
    if (event.kind === 'ending') this.#isEnding = true
    const isAsked = event.kind === 'request' && this.#asks(event.request, this.#isEarlier(report))
    for (const { typeUrl, nonce } of send) if (!isHeartbeatNonce(nonce)) this.#lastNonces.set(typeUrl, nonce)
    if (!this.#isEnding || event.kind === 'ending' || isAsked) this.#follow(snapshot)
    if (!this.#isEnding || snapshot === undefined) return
    for (const { typeUrl, resources } of send)
      for (const { name, version } of resources) {
        const has = (one: Snapshot) => typeIn(one, typeUrl).resources.get(name)?.version === version
        const isHeld = this.#client.held(typeUrl).get(name)?.version === version
        if (!isHeld && has(snapshot) && !this.#within.some(has))
          throw new Error(`X81: ${typeUrl} "${name}" is pushed on a stream that is to end`)
      }
  }

  #follow(snapshot: Snapshot | undefined): void {
    if (snapshot !== undefined && this.#last !== snapshot) this.#within.push(snapshot)
    this.#last = snapshot
  }

  /** Whether a request answers a response that is not the last, or none. In SotW its list does not count. */
  #isEarlier(report: Step['report']): boolean {
    return report.some(
      (one) =>
        one.kind === 'stale' ||
        ((one.kind === 'acked' || one.kind === 'nacked') &&
          one.response.nonce !== this.#lastNonces.get(one.typeUrl)),
    )
  }

  /**
   * Whether a request asks for anything. An answer alone repeats the list in SotW, and subscribes to nothing in delta. A stream that had
   * nothing to answer from takes every change of a subscription for a question.
   */
  #asks(request: ClientRequest, isEarlier: boolean): boolean {
    const { typeUrl, resourceNames, subscribe, unsubscribe, responseNonce } = request
    const known = this.#lists.get(typeUrl)
    if (this.#client.protocol === 'delta') {
      this.#lists.set(typeUrl, '')
      const isNarrower = unsubscribe.length > 0 && this.#last === undefined
      return known === undefined || subscribe.length > 0 || isNarrower
    }
    const list = JSON.stringify(resourceNames)
    const isOther = list !== known || responseNonce === ''
    // What such a list leaves out is asked for again by the next one that counts.
    if (isOther) this.#lists.set(typeUrl, isEarlier ? '' : list)
    return isOther && !isEarlier
  }
}
