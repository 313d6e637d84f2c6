// What the gauged server is started with, is asked for, and answers: one line of JSON each.

import type { ServerOptions } from '@grpc/grpc-js'
import type { CallCounts } from './gauge.ts'

export interface GaugedServerFlags {
  /** Addresses that it listens on, all with the same free port. */
  readonly hosts: readonly string[]
  readonly options: ServerOptions
}

/** Each is answered by the counts, after a reset if it asks for one. */
export interface GaugedServerCommand {
  /** Counts begin at 0, except connections that are open. */
  readonly reset?: CallBehavior
}

export interface CallBehavior {
  /** Calls wait until this many run at once. Default: 0, none waits. */
  readonly latch?: number
  /** How long each call then takes. Default: 0. */
  readonly delayMs?: number
}

export interface ServerCounts extends CallCounts {
  /** Opened since the reset, with those that were open then. */
  readonly connections: number
  readonly open: number
  /** When connections ended, in milliseconds since 1970. */
  readonly closed: readonly number[]
  /** When the server noticed that calls had been cancelled, their connection lost, or their deadline over, likewise. */
  readonly cancelled: readonly number[]
}
