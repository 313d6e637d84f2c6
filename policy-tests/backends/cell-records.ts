// What reached the stand-ins, by cell, and what they answer to it.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import type { EncodedCall } from '../methods/method-index.ts'
import type { BackendBehavior } from '../suite/call-schema.ts'
import { millisecondsOf } from '../suite/fields.ts'
import { CELL_HEADER } from './cell-header.ts'

export const UNKNOWN_METHOD = GRPC_STATUS_NAMES.indexOf('UNIMPLEMENTED')
const UNAVAILABLE = GRPC_STATUS_NAMES.indexOf('UNAVAILABLE')

/** What reached the upstreams of one cell. */
export interface Arrivals {
  readonly tries: number
  /** Of the last try. */
  readonly upstream?: string
  readonly headers: Readonly<Record<string, string>>
}

/** How a stand-in answers one try. */
export interface TryReply {
  readonly status: number
  readonly delayMs: number
  readonly body: Uint8Array
  readonly headers: OutgoingHttpHeaders
}

interface Open {
  readonly call: EncodedCall
  readonly behavior: BackendBehavior
  arrivals: Arrivals
}

const NOTHING: Arrivals = { tries: 0, headers: {} }

export class CellRecords {
  readonly #hasMethod: (path: string) => boolean
  readonly #open = new Map<string, Open>()

  /** @param hasMethod whether the protos have the method of a path */
  constructor(hasMethod: (path: string) => boolean) {
    this.#hasMethod = hasMethod
  }

  /** Begins to record a cell, under an id that no other has. */
  open(cell: string, call: EncodedCall, behavior: BackendBehavior = {}): void {
    this.#open.set(cell, { call, behavior, arrivals: NOTHING })
  }

  /** What reached the upstreams; the cell is recorded no longer. */
  close(cell: string): Arrivals {
    const { arrivals } = this.#open.get(cell) ?? { arrivals: NOTHING }
    this.#open.delete(cell)
    return arrivals
  }

  /** Records a try, and gives its reply. */
  arrive(cell: string, upstream: string, headers: IncomingHttpHeaders): TryReply {
    const open = this.#open.get(cell)
    const path = String(headers[':path'] ?? '')
    // A try of a call that has ended, such as a hedge.
    if (open === undefined) return this.replyTo(path)
    const tries = open.arrivals.tries + 1
    open.arrivals = { tries, upstream, headers: plain(headers) }
    const { call, behavior } = open
    const {
      failFirst = behavior.status === undefined ? 0 : Number.POSITIVE_INFINITY,
      status,
      delay,
    } = behavior
    const known = this.#hasMethod(path) ? 0 : UNKNOWN_METHOD
    return {
      status:
        tries <= failFirst ? (status === undefined ? UNAVAILABLE : GRPC_STATUS_NAMES.indexOf(status)) : known,
      delayMs: delay === undefined ? 0 : millisecondsOf(delay),
      body: call.answer,
      headers: mutable(behavior.metadata),
    }
  }

  /** The reply to a call of nobody, such as a check of an authorizer that is not there. */
  replyTo(path: string): TryReply {
    return {
      status: this.#hasMethod(path) ? 0 : UNKNOWN_METHOD,
      delayMs: 0,
      body: new Uint8Array(),
      headers: {},
    }
  }
}

function plain(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name, value]) => name !== CELL_HEADER && value !== undefined)
      .map(([name, value]) => [name, [value].flat().join(', ')]),
  )
}

function mutable(metadata: BackendBehavior['metadata'] = {}): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}
