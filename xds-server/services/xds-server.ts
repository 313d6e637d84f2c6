// The xDS server: ADS, a service for each type, LRS and, if wanted, CSDS on a TCP port or a Unix socket.

import { lookup } from 'node:dns/promises'
import { existsSync, rmSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { type ChannelOptions, status as grpcStatus, Server, ServerCredentials } from '@grpc/grpc-js'
import type { MaxAge } from '../../core/aging-connections.ts'
import { boundBinaryMetadata } from '../../core/bounded-metadata.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { type GrpcListener, type ListenOptions, listenForGrpc } from '../../core/grpc-listener.ts'
import { splitAddress } from '../../core/host-and-port.ts'
import { LONGEST_TIMER_MS } from '../../core/longest-timer.ts'
import { describeHolder } from '../../core/port-holder.ts'
import { type SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import type { LoadReports } from '../load-reports/load-reports.ts'
import type { Authorize } from './authorize.ts'
import { channelOptionProblems } from './channel-options.ts'
import { addClientStatusService } from './client-status-service.ts'
import { closeServer } from './close-server.ts'
import { addDiscoveryServices } from './discovery-services.ts'
import { requireFirstRequest } from './first-request.ts'
import { limitProblems, limitsOf, type StreamLimits } from './limits.ts'
import { addLoadService } from './load-service.ts'
import type { OnDemand } from './lookups.ts'
import { OpenStreams } from './open-streams.ts'
import { addTelemetryService, type TelemetryService } from './telemetry-service.ts'
import { warmUp } from './warm-up.ts'
import { WriteBudget } from './write-budget.ts'

/**
 * The options of a server. All but the cache and the address have a default.
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
   * (`SO_REUSEPORT`). Needs Node 22.12 or newer. Default: false, and a port that is in use is an error.
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
   * How many heartbeats are sent in the time of a TTL (`ExpiringResource`), to clients that take TTLs: more than 1. The more, the
   * more of them may be lost or late. Default: 3.
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
   * gets GOAWAY, and each of its streams ends with OK when the client has answered what it was sent; after `graceMs` more, the
   * connection ends in any case. Clients connect again at once, and have what they had. Milliseconds. Default: never, and a grace of
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

/**
 * A running server.
 *
 * @example
 * ```ts
 * import { startXdsServer, type XdsServer } from 'switchyard'
 *
 * const server: XdsServer = await startXdsServer({ cache, address: '127.0.0.1:0' })
 * console.log(server.address) // with the actual port
 * await server.close()
 * ```
 */
export interface XdsServer {
  /** The address with the actual port. */
  readonly address: string
  /**
   * Stops listening and ends all streams, at once or gracefully (`graceMs`). Resolves when every connection has ended. Another call
   * may end it sooner.
   */
  readonly close: (options?: CloseOptions) => Promise<void>
  /**
   * Ends all streams of a node, with OK: xDS, load reports and telemetry. Its clients connect again at once, are authorized anew, and
   * get what they lack.
   * @param group as `nodeGroup` returns it
   * @param node the id of the node
   * @returns how many streams it had
   */
  readonly disconnect: (group: string, node: string) => number
}

/**
 * How `XdsServer.close` ends.
 *
 * @example
 * ```ts
 * import { type CloseOptions, startXdsServer } from 'switchyard'
 *
 * const gracefully: CloseOptions = { graceMs: 10_000 }
 * const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
 * process.once('SIGTERM', () => server.close(gracefully))
 * ```
 */
export interface CloseOptions {
  /**
   * Milliseconds. Clients get GOAWAY, and their streams end one after the other within half of this time, each when the client has
   * answered what it was sent. What is left at its end is ended by force. Default: 0, by force at once.
   */
  readonly graceMs?: number
}

const DEFAULT_KEEPALIVE = { timeMs: 30_000, timeoutMs: 10_000 }
/** The size of `sun_path` in `sockaddr_un` on Linux, without the final zero byte. */
const MAX_SOCKET_PATH_BYTES = 107

const DEFAULT_DRAIN_TIME_MS = 600_000

const DEFAULT_HEARTBEATS_PER_TTL = 3

const DEFAULT_START_TIME_MS = 15_000

/** A second less than Envoy's call waits for a cluster. */
const DEFAULT_ON_DEMAND_TIMEOUT_MS = 4_000

const DEFAULT_INTRODUCTION_TIMEOUT_MS = 7_000

const DEFAULT_AGE_GRACE_MS = 30_000

const DEFAULT_MAX_REQUEST_BYTES = 64 * 1024 * 1024

/**
 * Starts an xDS v3 server that serves from a cache, in SotW and delta. Binary metadata with more than 100 values under one name, which
 * grpc-js decodes slowly, is dropped from then on, in the whole process.
 * @throws SwitchyardError `address-in-use`, or `invalid-argument` if the address cannot be bound or options are invalid
 *
 * @example
 * ```ts
 * import { SnapshotCache, startXdsServer } from 'switchyard'
 *
 * const empty = new SnapshotCache()
 * const server = await startXdsServer({ cache: empty, address: 'unix:/run/xds.sock' })
 * process.once('SIGTERM', () => server.close({ graceMs: 10_000 }))
 * ```
 */
export async function startXdsServer(options: XdsServerOptions): Promise<XdsServer> {
  const { cache, address, keepalive = DEFAULT_KEEPALIVE, authorize = () => undefined } = options
  const { credentials = ServerCredentials.createInsecure() } = options
  const { heartbeatsPerTtl = DEFAULT_HEARTBEATS_PER_TTL } = options
  rejectInvalid(options)
  boundBinaryMetadata()
  const patienceMs = options.introductionTimeoutMs ?? DEFAULT_INTRODUCTION_TIMEOUT_MS
  const requestPatienceMs = 2 * patienceMs
  const server = new Server({
    ...options.channelOptions,
    'grpc.max_receive_message_length': options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': keepalive.timeMs,
    // The listener waits for answers: the timer of grpc-js may end before its ping is on the wire, if the event loop is late.
    'grpc.keepalive_timeout_ms': LONGEST_TIMER_MS,
    interceptors: [requireFirstRequest(requestPatienceMs)],
  })
  const isPrivate = address.startsWith('unix:') || credentials._isSecure()
  const serving = servingOf(cache)
  const streams = new OpenStreams(limitsOf(options.limits), serving.events, requestPatienceMs)
  addDiscoveryServices(server, streams, {
    serving,
    budget: new WriteBudget(),
    isPrivate,
    authorize,
    drainTimeMs: options.drainTimeMs ?? DEFAULT_DRAIN_TIME_MS,
    startTimeMs: options.startTimeMs ?? DEFAULT_START_TIME_MS,
    ...(options.onDemand && {
      lookup: {
        onDemand: options.onDemand,
        timeoutMs: options.onDemandTimeoutMs ?? DEFAULT_ON_DEMAND_TIMEOUT_MS,
      },
    }),
    heartbeatsPerTtl,
    resourceErrors: options.resourceErrors ?? 'grpc',
    ...(options.answerTimeoutMs !== undefined && { answerTimeoutMs: options.answerTimeoutMs }),
  })
  const { loadReports: loads } = options
  addLoadService(server, streams, { serving, authorize, ...(loads && { loads }) })
  for (const service of options.telemetry ?? [])
    addTelemetryService(server, service, { serving, authorize, open: streams })
  const { clientStatus } = options
  if (clientStatus !== undefined) {
    addClientStatusService(server, {
      serving: servingOf(cache),
      open: streams,
      messages: cache.messages,
      authorize: clientStatus === true ? authorize : clientStatus.authorize,
    })
  }
  if (options.warmUp !== false) await warmUp()
  if (address.startsWith('unix:')) await prepareSocket(address.slice('unix:'.length))
  const listeners = await bind(address, options.reusePort ?? false, {
    server,
    credentials,
    patienceMs,
    ...(sendsPings(keepalive) && { silenceMs: keepalive.timeMs + keepalive.timeoutMs }),
    ...(options.maxConnectionAge && { maxAge: maxAgeOf(options.maxConnectionAge, streams) }),
    onExpired: (peer, message) =>
      serving.events.emit({ kind: 'rejected', peer, code: grpcStatus.UNAUTHENTICATED, message }),
  })
  return {
    address: address.startsWith('unix:') ? address : address.replace(/:\d+$/, `:${listeners[0]?.port}`),
    close: ({ graceMs = 0 } = {}) => closeServer({ server, listeners, streams }, graceMs),
    disconnect: (group, node) => streams.disconnect(group, node),
  }
}

/** As grpc-js decides it. */
function sendsPings({ timeMs }: { readonly timeMs: number }): boolean {
  return timeMs > 0 && timeMs < LONGEST_TIMER_MS
}

function maxAgeOf(
  { timeMs, graceMs = DEFAULT_AGE_GRACE_MS }: NonNullable<XdsServerOptions['maxConnectionAge']>,
  streams: OpenStreams,
): MaxAge {
  return { ageMs: timeMs, graceMs, onAged: (connection) => streams.drainConnection(connection) }
}

/** @throws SwitchyardError `invalid-argument` with all problems */
function rejectInvalid(options: XdsServerOptions): void {
  const { limits, channelOptions, maxConnectionAge, heartbeatsPerTtl = DEFAULT_HEARTBEATS_PER_TTL } = options
  const { timeMs = 1, graceMs = 0 } = maxConnectionAge ?? {}
  const problems = [...limitProblems(limits), ...channelOptionProblems(channelOptions)]
  if (!(timeMs > 0)) {
    problems.push({
      path: 'maxConnectionAge.timeMs',
      message: `${timeMs} is not a number of milliseconds above 0`,
    })
  }
  if (!(graceMs >= 0)) {
    problems.push({
      path: 'maxConnectionAge.graceMs',
      message: `${graceMs} is not a number of milliseconds from 0 on`,
    })
  }
  if (!(heartbeatsPerTtl > 1)) {
    problems.push({
      path: 'heartbeatsPerTtl',
      message: `${heartbeatsPerTtl} is not a number above 1, so the TTL would be over before a heartbeat comes`,
    })
  }
  if (problems.length > 0)
    throw new SwitchyardError('invalid-argument', 'the options of the xDS server are invalid:', { problems })
}

/** A host name may have several addresses. They share the port. */
async function bind(
  address: string,
  reusePort: boolean,
  options: Omit<ListenOptions, 'at'>,
): Promise<readonly GrpcListener[]> {
  const listeners: GrpcListener[] = []
  try {
    for (const at of await placesOf(address, reusePort)) {
      const port = 'port' in at && at.port === 0 ? (listeners[0]?.port ?? 0) : undefined
      listeners.push(await listenForGrpc({ ...options, at: port === undefined ? at : { ...at, port } }))
    }
    return listeners
  } catch (cause) {
    for (const listener of listeners) listener.close()
    options.server.forceShutdown()
    const { code, message: reason } = cause as NodeJS.ErrnoException
    const inUse = code === 'EADDRINUSE'
    const message = inUse
      ? `${address} is in use by ${describeHolder(address)}: stop that process, or choose another address (port 0 picks a free one)`
      : `cannot listen on ${address}: ${reason}`
    throw new SwitchyardError(inUse ? 'address-in-use' : 'invalid-argument', message, { cause })
  }
}

async function placesOf(address: string, reusePort: boolean): Promise<readonly ListenOptions['at'][]> {
  if (address.startsWith('unix:')) return [{ path: address.slice('unix:'.length) }]
  const { host, port } = splitAddress(address) ?? {}
  if (host === undefined || port === undefined) throw new Error('write HOST:PORT, [IPv6]:PORT or unix:/PATH')
  const hosts = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host }]
  return hosts.map((one) => ({ host: one.address, port, reusePort }))
}

async function prepareSocket(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_SOCKET_PATH_BYTES) {
    const message = `cannot listen on unix:${path}: the path has ${bytes} bytes, and the limit is ${MAX_SOCKET_PATH_BYTES}: choose a shorter path`
    throw new SwitchyardError('invalid-argument', message)
  }
  await removeStaleSocket(path)
}

/** Removes the socket file of a server that was killed. A socket that still accepts connections is left alone. */
async function removeStaleSocket(path: string): Promise<void> {
  if (!existsSync(path)) return
  const isStale = await new Promise<boolean>((resolve) => {
    const probe = connect(path)
    probe.on('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
  if (isStale) rmSync(path)
}
