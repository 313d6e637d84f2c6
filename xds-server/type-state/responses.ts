// The responses of one type that the client has not answered, or has NACKed.

import type { SharedList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import type { Pushed } from './pushed.ts'
import type { NamedError } from './resource-errors.ts'
import type { Spellings } from './spellings.ts'
import type { View } from './view.ts'

/** The name of a virtual host → the names that the client asked for and that it serves. */
export type Aliases = ReadonlyMap<string, readonly string[]>

export const NO_ALIASES: Aliases = new Map()

/** A response to send, before encoding. Its resources are shared with other streams. */
export interface Response {
  readonly typeUrl: string
  readonly nonce: string
  readonly version: string
  readonly resources: SharedList<Resource>
  /** Those of `resources` that the client did not have before. In a full-state SotW response that is a part, else all. */
  readonly changedResources: readonly Resource[]
  /** Names that this response deletes at the client. Delta lists them; SotW leaves them out of the resources. */
  readonly removed: readonly string[]
  /** Delta: names that are not written in their one spelling. */
  readonly spellings?: Spellings
  /** VHDS: the removed names come as resources without content. They let calls go on that wait for them. */
  readonly isWithoutContent?: boolean
  /** VHDS: by the names of resources, other names that the client asked for and that they serve. */
  readonly aliases?: Aliases
  /** The client deletes what the response leaves out. */
  readonly isFullState?: boolean
  /** `carried`: TTLs go with their resources. `heartbeat`: they go without their resources (delta). Undefined: they do not go. */
  readonly ttls?: 'carried' | 'heartbeat'
  /** Why the client does not get some names, if it reads that. */
  readonly errors?: readonly NamedError[]
}

/** A response that was sent and that the client has neither ACKed nor NACKed. */
export interface PendingResponse extends Response {
  /** What the client had before this response. It may be in effect until the client answers. */
  readonly before: View
  /** Names that it was the first to answer: the client had nothing under them. */
  readonly added: ReadonlySet<string>
  /** The snapshot that was pushed before this response. */
  readonly previous: Pushed
  /** It answers a request, so the client has nothing yet to go back to. */
  readonly isAnswer: boolean
  /** SotW: it also stands for earlier responses that were not answered, so a NACK may mean one of these. */
  readonly standsForOthers: boolean
}

/** A NACKed response. Envoy may have applied part of it, so its resources are unconfirmed until a later ACK. */
export interface NackedResponse {
  readonly nonce: string
  readonly version: string
  readonly code: number
  readonly message: string
  /** The NACKed content: name → version, or undefined for a name that the response removed. */
  readonly content: ReadonlyMap<string, string | undefined>
  /** Those of its names that the client means; all of them if it does not say. */
  readonly blamed: ReadonlySet<string>
  /** Some of its names are out of the question now (unsubscribed, or sent with other content): send the rest again. */
  readonly isReleased: boolean
  /** The client may have meant an earlier response, or one resource of many. The rest is sent once more, and the answer to that settles it. */
  readonly isAmbiguous: boolean
}

export interface Ledger {
  /** The nonce of the last response. Empty before the first one. */
  readonly lastNonce: string
  /** The version that the client last ACKed. */
  readonly ackedVersion: string | undefined
  readonly pending: readonly PendingResponse[]
  readonly nacked: readonly NackedResponse[]
  /** Delta: the client has unsubscribed while a response was pending. It may ask again for what that carries before it has read it. */
  readonly isNarrowed: boolean
}

export const EMPTY_LEDGER: Ledger = {
  lastNonce: '',
  ackedVersion: undefined,
  pending: [],
  nacked: [],
  isNarrowed: false,
}
