// The xDS server: ADS, a service for each type, LRS and, if wanted, CSDS on a TCP port or a Unix socket.

import { lookup } from 'node:dns/promises'
import { existsSync, rmSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { status as grpcStatus, Server, ServerCredentials } from '@grpc/grpc-js'
import { boundBinaryMetadata } from '../../core/bounded-metadata.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { type GrpcListener, type ListenOptions, listenForGrpc } from '../../core/grpc-listener.ts'
import { splitAddress } from '../../core/host-and-port.ts'
import { describeHolder } from '../../core/port-holder.ts'
import { type SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import type { LoadReports } from '../load-reports/load-reports.ts'
import type { Authorize } from './authorize.ts'
import { addClientStatusService } from './client-status-service.ts'
import { addDiscoveryServices } from './discovery-services.ts'
import { requireFirstRequest } from './first-request.ts'
import { addLoadService } from './load-service.ts'
import { addTelemetryService, type TelemetryService } from './telemetry-service.ts'
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
   * TLS credentials of grpc-js. New ones of a certificate provider are used from the next connection on. A connection ends with the
   * certificate that its client has shown, and a session with a client certificate is not resumed. Default: plaintext.
   */
  readonly credentials?: ServerCredentials
  /** Which peer may be served as which node. With client certificates, `peer.uris` has their URI names. Default: everybody. */
  readonly authorize?: Authorize
  /** HTTP/2 pings that detect dead peers, in milliseconds. Default: every 30,000, with 10,000 for the answer. */
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
   * An Envoy that starts asks for clusters when it has its runtime layers, and for listeners when its clusters are warm. An Envoy
   * that has asked for layers or clusters and then sends nothing for this time, in milliseconds, counts as an Envoy without dynamic
   * listeners: until then it is `NOT_SENT` if its group has what it may still ask for. Default: 15,000, as Envoy waits for the first
   * response of each cluster's endpoints.
   */
  readonly startTimeMs?: number
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
  /** The largest request, in bytes. Default: 64 MiB, because a delta client that reconnects reports every resource that it has. */
  readonly maxRequestBytes?: number
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
  /** Ends all streams and stops listening. */
  readonly close: () => Promise<void>
}

const DEFAULT_KEEPALIVE = { timeMs: 30_000, timeoutMs: 10_000 }
/** The size of `sun_path` in `sockaddr_un` on Linux, without the final zero byte. */
const MAX_SOCKET_PATH_BYTES = 107

const DEFAULT_DRAIN_TIME_MS = 600_000

const DEFAULT_START_TIME_MS = 15_000

const DEFAULT_INTRODUCTION_TIMEOUT_MS = 7_000

const DEFAULT_MAX_REQUEST_BYTES = 64 * 1024 * 1024

/**
 * Starts an xDS v3 server that serves from a cache, in SotW and delta. Binary metadata with more than 100 values under one name, which
 * grpc-js decodes slowly, is dropped from then on, in the whole process.
 * @throws SwitchyardError `address-in-use`, or `invalid-argument` if the address cannot be bound
 *
 * @example
 * ```ts
 * import { SnapshotCache, startXdsServer } from 'switchyard'
 *
 * const empty = new SnapshotCache()
 * const server = await startXdsServer({ cache: empty, address: 'unix:/run/xds.sock' })
 * process.once('SIGTERM', () => server.close())
 * ```
 */
export async function startXdsServer(options: XdsServerOptions): Promise<XdsServer> {
  const { cache, address, keepalive = DEFAULT_KEEPALIVE, authorize = () => undefined } = options
  const { credentials = ServerCredentials.createInsecure() } = options
  boundBinaryMetadata()
  const patienceMs = options.introductionTimeoutMs ?? DEFAULT_INTRODUCTION_TIMEOUT_MS
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': keepalive.timeMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
    interceptors: [requireFirstRequest(2 * patienceMs)],
  })
  const isPrivate = address.startsWith('unix:') || credentials._isSecure()
  const serving = servingOf(cache)
  addDiscoveryServices(server, {
    serving,
    budget: new WriteBudget(),
    isPrivate,
    authorize,
    drainTimeMs: options.drainTimeMs ?? DEFAULT_DRAIN_TIME_MS,
    startTimeMs: options.startTimeMs ?? DEFAULT_START_TIME_MS,
    ...(options.answerTimeoutMs !== undefined && { answerTimeoutMs: options.answerTimeoutMs }),
  })
  const { loadReports: loads } = options
  addLoadService(server, { serving, authorize, ...(loads && { loads }) })
  for (const service of options.telemetry ?? []) addTelemetryService(server, service, { serving, authorize })
  const { clientStatus } = options
  if (clientStatus !== undefined) {
    addClientStatusService(server, {
      serving: servingOf(cache),
      messages: cache.messages,
      authorize: clientStatus === true ? authorize : clientStatus.authorize,
    })
  }
  if (address.startsWith('unix:')) await prepareSocket(address.slice('unix:'.length))
  const listeners = await bind(address, {
    server,
    credentials,
    patienceMs,
    onExpired: (peer, message) =>
      serving.events.emit({ kind: 'rejected', peer, code: grpcStatus.UNAUTHENTICATED, message }),
  })
  return {
    address: address.startsWith('unix:') ? address : address.replace(/:\d+$/, `:${listeners[0]?.port}`),
    close: async () => {
      server.forceShutdown()
      for (const listener of listeners) listener.close()
    },
  }
}

/** A host name may have several addresses. They share the port. */
async function bind(address: string, options: Omit<ListenOptions, 'at'>): Promise<readonly GrpcListener[]> {
  const listeners: GrpcListener[] = []
  try {
    for (const at of await placesOf(address)) {
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

async function placesOf(address: string): Promise<readonly ListenOptions['at'][]> {
  if (address.startsWith('unix:')) return [{ path: address.slice('unix:'.length) }]
  const { host, port } = splitAddress(address) ?? {}
  if (host === undefined || port === undefined) throw new Error('write HOST:PORT, [IPv6]:PORT or unix:/PATH')
  const hosts = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host }]
  return hosts.map((one) => ({ host: one.address, port }))
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
