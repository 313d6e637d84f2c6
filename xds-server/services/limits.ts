// What the streams of a server may cost it. The defaults are far above what Envoys and gRPC clients do.

import { type ChecksOf, COUNT, optionsWith } from '../../core/option-checks.ts'

/**
 * What the streams of a server may cost it. A stream beyond a limit ends with `RESOURCE_EXHAUSTED` and the event `rejected`; others
 * go on. Each limit is a whole number from 1 on.
 *
 * @example
 * ```ts
 * import { startXdsServer, type StreamLimits } from 'switchyard'
 *
 * const limits: StreamLimits = { streams: 20_000, streamsOfNode: 20, names: 5_000 }
 * await startXdsServer({ cache, address: '127.0.0.1:0', limits })
 * ```
 */
export interface StreamLimits {
  /** Open streams of the server, of all its services. Default: 100,000. */
  readonly streams?: number
  /** Open streams of one IP address. Default: as many as the server's, because a proxy may stand before many clients. */
  readonly streamsOfPeer?: number
  /**
   * Open streams of one node id of a group. Default: 10,000, because an Envoy without ADS may open one for each cluster, and a fleet
   * of gRPC clients may share an id.
   */
  readonly streamsOfNode?: number
  /** Names that one stream subscribes to or reports to have, of all types. Default: 250,000. */
  readonly names?: number
  /** Bytes of these names. Default: 32 MiB. */
  readonly nameBytes?: number
  /** Names of all streams of one node id of a group. Default: 1,000,000. */
  readonly namesOfNode?: number
  /** Bytes of these names. Default: 128 MiB. */
  readonly nameBytesOfNode?: number
  /** Requests of one stream in a second, beside its answers to responses, after a burst of ten times as many. Default: 1,000. */
  readonly requestsPerSecond?: number
}

/** All limits, with the defaults. */
export type Limits = Required<StreamLimits>

const MIB = 1024 * 1024

const DEFAULTS: Omit<Limits, 'streamsOfPeer'> = {
  streams: 100_000,
  streamsOfNode: 10_000,
  names: 250_000,
  nameBytes: 32 * MIB,
  namesOfNode: 1_000_000,
  nameBytesOfNode: 128 * MIB,
  requestsPerSecond: 1_000,
}

export function limitsOf(given: StreamLimits = {}): Limits {
  const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const limits = { ...DEFAULTS, ...own }
  return { streamsOfPeer: limits.streams, ...limits }
}

const CHECKS: ChecksOf<StreamLimits> = {
  streams: COUNT,
  streamsOfPeer: COUNT,
  streamsOfNode: COUNT,
  names: COUNT,
  nameBytes: COUNT,
  namesOfNode: COUNT,
  nameBytesOfNode: COUNT,
  requestsPerSecond: COUNT,
}

/** What is wrong with limits that a user gives. */
export const LIMITS = optionsWith(CHECKS)
