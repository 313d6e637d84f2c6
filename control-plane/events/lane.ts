// How far one revision has come on one node.

import type { FlipLane } from '../../api/schemas/flip.ts'

/** What others find out about a lane: times in milliseconds since 1970. */
export interface LaneEvidence {
  readonly firstCall?: { readonly at: number; readonly from: 'accessLog' | 'stats' }
  /** Connections that are open, and were before the revision. */
  readonly oldConnections?: number
  readonly lastGoneAt?: number
}

export class Lane {
  readonly node: string
  readonly fleet: string
  sentAt: number | undefined
  /** Of the newest ACK, which is the last one if everything is ACKed. */
  lastAckAt: number | undefined
  ackedAt: number | undefined
  nack: FlipLane['nack']
  evidence: LaneEvidence = {}
  /** Responses that the node has not answered, by stream and nonce. */
  readonly #open = new Set<string>()

  constructor(fleet: string, node: string) {
    this.fleet = fleet
    this.node = node
  }

  /** Whether the node has ACKed or NACKed the revision. What it is sent later belongs to something else. */
  get isDecided(): boolean {
    return this.ackedAt !== undefined || this.nack !== undefined
  }

  /** Whether nothing that was sent is without an answer. */
  get isAnswered(): boolean {
    return this.#open.size === 0
  }

  sent(response: string, at: number): void {
    this.sentAt ??= at
    this.#open.add(response)
  }

  /** @returns whether the response belongs to this lane */
  acked(response: string, at: number): boolean {
    if (!this.#open.delete(response)) return false
    this.lastAckAt = at
    return true
  }

  /** @returns whether the response belongs to this lane */
  nacked(response: string, nack: NonNullable<FlipLane['nack']>): boolean {
    if (!this.#open.delete(response)) return false
    this.nack ??= nack
    return true
  }

  /** Everything that was sent has been ACKed. */
  decide(): void {
    if (!this.isDecided) this.ackedAt = this.lastAckAt
  }

  /** The node has left, or is served something else: what it has not answered will not be answered. */
  freeze(): void {
    if (this.isAnswered) this.decide()
    this.#open.clear()
  }

  toJson(): FlipLane {
    const { sentAt, ackedAt, nack } = this
    const { firstCall, oldConnections, lastGoneAt } = this.evidence
    return {
      node: this.node,
      fleet: this.fleet,
      ...(sentAt !== undefined && { sentAt: iso(sentAt) }),
      ...(ackedAt !== undefined && { ackedAt: iso(ackedAt) }),
      ...(sentAt !== undefined && ackedAt !== undefined && { ackMs: tenths(ackedAt - sentAt) }),
      ...(nack && { nack }),
      ...(firstCall && { firstCallAt: iso(firstCall.at), firstCallEvidence: firstCall.from }),
      ...(oldConnections !== undefined && { oldConnections }),
      ...(lastGoneAt !== undefined && { lastGoneAt: iso(lastGoneAt) }),
    }
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
