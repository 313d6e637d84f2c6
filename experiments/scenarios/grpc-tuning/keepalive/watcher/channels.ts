// What the watching client is started with, and says: one line of JSON each.

import type { ChannelOptions } from '@grpc/grpc-js'

export interface WatchedChannel {
  readonly id: string
  /** `HOST:PORT`. */
  readonly address: string
  readonly options: ChannelOptions
  /**
   * - `call`: one call waits for its answer
   * - `idle`: no call
   * - `new calls`: calls with a deadline, one after the other
   */
  readonly use: 'call' | 'idle' | 'new calls'
}

/** A channel that is no longer connected, or whose call has ended. */
export interface Noticed {
  readonly id: string
  /** In milliseconds since 1970. */
  readonly at: number
  /** What the program sees, such as `UNAVAILABLE: Connection dropped`. */
  readonly how: string
}

/** Of `new calls`, since the client was asked last. */
export interface CallTally {
  readonly id: string
  /** Calls by status. */
  readonly codes: Readonly<Record<string, number>>
}

export type WatcherLine =
  | { readonly watching: number }
  | { readonly noticed: Noticed }
  | { readonly tallies: readonly CallTally[] }
