// The options of a server, and what is wrong with those that a user gives.

import type { ChannelOptions, ServerCredentials } from '@grpc/grpc-js'
import type { Problem } from '../../core/errors.ts'
import {
  type ChecksOf,
  COUNT,
  FLAG,
  FUNCTION,
  isNumber,
  OBJECT,
  oneOf,
  optionsWith,
  POSITIVE_TIME,
  TIME,
  valueWhere,
} from '../../core/option-checks.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import type { LoadReports } from '../load-reports/load-reports.ts'
import type { Authorize } from './authorize.ts'
import { channelOptionProblems } from './channel-options.ts'
import { LIMITS, type StreamLimits } from './limits.ts'
import type { OnDemand } from './lookups.ts'
import { reusePortIn } from './reuse-port.ts'
import type { TelemetryService } from './telemetry-service.ts'

/**
 * The options of a server. All but the cache and the address have a default. A time may be `Infinity`, which never ends.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { ServerCredentials } from '@grpc/grpc-js'
 * import { startXdsServer, type XdsServerOptions } from 'switchyard'
 *
 * const pair = { cert_chain: readFileSync('server.pem'), private_key: readFileSync('server.key') }
 * const options: XdsServerOptions = {
 *   cache,
 *   address: '10.0.0.1:18000',
 *   // The last argument requires client certificates.
 *   credentials: ServerCredentials.createSsl(readFileSync('ca.pem'), [pair], true),
 *   drainTimeMs: 61_000,
 * }
 * await startXdsServer(options)
 * ```
 */
export interface XdsServerOptions {
  readonly cache: SnapshotCache
  /** `host:port` (port 0 picks a free one) or `unix:/path`. */
  readonly address: string
  /**
   * Lets servers of other processes listen at the same port, each with this option: Linux spreads the connections among them
   * (`SO_REUSEPORT`). Needs Node 22.12 or newer, and is an error in an older one. Default: false, and a port that is in use is an error.
   */
  readonly reusePort?: boolean
  /**
   * TLS credentials of grpc-js. New ones of a certificate provider are used from the next connection on. A connection ends with the
   * certificate that its client has shown, and a session with a client certificate is not resumed. Default: plaintext.
   */
  readonly credentials?: ServerCredentials
  /** Which peer may be served as which node. With client certificates, `peer.uris` has their URI names. Default: everybody. */
  readonly authorize?: Authorize
  /**
   * HTTP/2 pings that detect dead peers, in milliseconds. Default: every 30,000, with 10,000 for the answer. A connection ends when
   * nothing has come for both together, or a quarter more; time in which the server itself could not read does not count.
   */
  readonly keepalive?: { readonly timeMs: number; readonly timeoutMs: number }
  /**
   * How long a client may take for the handshake of TLS, and for the preface of HTTP/2, in milliseconds; twice that for the first
   * request of a stream, as a whole. Default: 7,000.
   */
  readonly introductionTimeoutMs?: number
  /**
   * Ends a stream whose client answers a response with neither an ACK nor a NACK for this time, with `DEADLINE_EXCEEDED` and the
   * event `overdue`. Milliseconds, more than a cluster may take to warm. Default: never, because Envoy answers only when clusters
   * have warmed.
   */
  readonly answerTimeoutMs?: number
  /**
   * How long Envoy serves the connections of a replaced listener with its old content: its `--drain-time-s`, in milliseconds.
   * What that content refers to is removed only then. 0 for clients without listeners. Default: 600,000, as Envoy's.
   */
  readonly drainTimeMs?: number
  /**
   * How many heartbeats are sent in the time of a TTL (`ExpiringResource`), to clients that take TTLs: more than 1, up to 100.
   * The more, the more of them may be lost or late. Default: 3.
   */
  readonly heartbeatsPerTtl?: number
  /**
   * An Envoy that starts asks for clusters when it has its runtime layers, and for listeners when its clusters are warm. An Envoy
   * that has asked for layers or clusters and then sends nothing for this time, in milliseconds, counts as an Envoy without dynamic
   * listeners: until then it is `NOT_SENT` if its group has what it may still ask for. An Envoy that reconnects has the same time to
   * ask for clusters and endpoints, for which changed listeners and routes wait. Default: 15,000, as Envoy waits for the first
   * response of each cluster's endpoints.
   */
  readonly startTimeMs?: number
  /**
   * Called when a client asks by name for what its snapshot lacks, such as the virtual host or the cluster of a call. Make it with
   * `updateSnapshot`. The client learns that a name does not exist when the promise settles. If it throws or rejects, the event
   * `fault` says so. Default: the client learns it at once.
   */
  readonly onDemand?: OnDemand
  /**
   * The longest time that `onDemand` may take, in milliseconds. After it, the client learns that the names do not exist; what comes
   * later is pushed. Default: 4,000, because a call through Envoy waits 5 s for its cluster.
   */
  readonly onDemandTimeoutMs?: number
  /**
   * Serves CSDS (`envoy.service.status.v3.ClientStatusDiscoveryService`) beside xDS: each connected client, and what it was sent and
   * has ACKed or NACKed, with sensitive fields redacted. A peer sees the nodes that `authorize` would serve it as; give another
   * function if operators may see more. Default: not served.
   */
  readonly clientStatus?: true | { readonly authorize: Authorize }
  /**
   * Asks nodes for reports of their calls, over LRS. Default: the server accepts their streams and asks for nothing.
   */
  readonly loadReports?: LoadReports
  /** Services that nodes stream what they observe to, such as their stats or access logs. Default: none. */
  readonly telemetry?: readonly TelemetryService[]
  /**
   * Which clients get the reason why a name is missing, in the field `resource_errors` (xRFC TP3). gRPC clients are known by their user
   * agent. Other clients do not say whether they read it, and in SotW it may take a response of its own: an Envoy that waits for a
   * route or an assignment takes that for its answer. Default: `grpc`.
   */
  readonly resourceErrors?: 'grpc' | 'all' | 'off'
  /**
   * Ends connections that are old, so that replicas share the clients: after `timeMs` (a tenth more or less, by chance), a connection
   * gets GOAWAY, and each of its streams ends with OK when the client has answered what it was sent; pushes wait for that, up to a
   * second. After `graceMs` more, the connection ends in any case. Clients connect again at once, and have what they had. Milliseconds. Default: never, and a grace of
   * 30,000. https://github.com/grpc/proposal/blob/master/A9-server-side-conn-mgt.md
   */
  readonly maxConnectionAge?: { readonly timeMs: number; readonly graceMs?: number }
  /** What streams may cost, such as their number and the names that they subscribe to. Default: those of `StreamLimits`. */
  readonly limits?: StreamLimits
  /**
   * Options of grpc-js for its server, such as `grpc.max_concurrent_streams`. Those that another option here sets are rejected.
   * https://github.com/grpc/grpc-node/blob/master/packages/grpc-js/README.md#supported-channel-options
   */
  readonly channelOptions?: ChannelOptions
  /** The largest request, in bytes. Default: 64 MiB, because a delta client that reconnects reports every resource that it has. */
  readonly maxRequestBytes?: number
  /**
   * Serves a few clients in memory before the first server of a process listens, so that the code that serves is compiled: the first
   * clients are in sync in half the time. It takes about 70 ms of CPU. Default: true.
   */
  readonly warmUp?: boolean
}

/** Heartbeats of the shortest TTL, 100 ms, would otherwise come more than once in a millisecond. */
const MOST_HEARTBEATS = 100

const CHECKS: ChecksOf<XdsServerOptions> = {
  cache: valueWhere((value) => value instanceof SnapshotCache, 'a SnapshotCache of this library'),
  address: valueWhere(
    (value) => typeof value === 'string',
    'an address: write HOST:PORT, [IPv6]:PORT or unix:/PATH',
  ),
  reusePort: reusePortIn(process.versions.node),
  credentials: OBJECT,
  authorize: FUNCTION,
  keepalive: optionsWith({ timeMs: TIME, timeoutMs: POSITIVE_TIME }, ['timeMs', 'timeoutMs']),
  introductionTimeoutMs: POSITIVE_TIME,
  answerTimeoutMs: POSITIVE_TIME,
  drainTimeMs: TIME,
  heartbeatsPerTtl: valueWhere(
    (value) => isNumber(value) && value > 1 && value <= MOST_HEARTBEATS,
    `a number above 1, so that a heartbeat comes before the TTL is over, up to ${MOST_HEARTBEATS}`,
  ),
  startTimeMs: TIME,
  onDemand: FUNCTION,
  onDemandTimeoutMs: POSITIVE_TIME,
  clientStatus: (value, path) => (value === true ? [] : CLIENT_STATUS(value, path)),
  loadReports: OBJECT,
  telemetry: valueWhere(Array.isArray, 'a list of services'),
  resourceErrors: oneOf('grpc', 'all', 'off'),
  maxConnectionAge: optionsWith({ timeMs: POSITIVE_TIME, graceMs: TIME }, ['timeMs']),
  limits: LIMITS,
  channelOptions: (value, path) => {
    const problems = OBJECT(value, path)
    return problems.length > 0 ? problems : channelOptionProblems(value as ChannelOptions)
  },
  maxRequestBytes: COUNT,
  warmUp: FLAG,
}

const CLIENT_STATUS = optionsWith({ authorize: FUNCTION }, ['authorize'])

const OPTIONS = optionsWith(CHECKS, ['cache', 'address'])

export function serverOptionProblems(options: XdsServerOptions): readonly Problem[] {
  return OPTIONS(options, '')
}
