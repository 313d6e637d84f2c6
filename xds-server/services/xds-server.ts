// The xDS server: ADS, CDS, EDS, LDS, RDS, SDS, LRS and, if wanted, CSDS on a TCP port or a Unix socket.

import { existsSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'
import { describeHolder } from '../../core/port-holder.ts'
import { type SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import type { LoadReports } from '../load-reports/load-reports.ts'
import type { Authorize } from './authorize.ts'
import { addClientStatusService } from './client-status-service.ts'
import { addDiscoveryServices } from './discovery-services.ts'
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
  /** TLS credentials of grpc-js. Default: plaintext. */
  readonly credentials?: ServerCredentials
  /** Which peer may be served as which node. With client certificates, `peer.uris` has their URI names. Default: everybody. */
  readonly authorize?: Authorize
  /** HTTP/2 pings that detect dead peers, in milliseconds. Default: every 30,000, with 10,000 for the answer. */
  readonly keepalive?: { readonly timeMs: number; readonly timeoutMs: number }
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
   * An Envoy that starts asks for listeners when its clusters are warm. An Envoy that has asked for clusters and then sends
   * nothing for this time, in milliseconds, counts as an Envoy without dynamic listeners: until then it is `NOT_SENT` if its group
   * has listeners. Default: 15,000, as Envoy waits for the first response of each cluster's endpoints.
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

const DEFAULT_MAX_REQUEST_BYTES = 64 * 1024 * 1024

/**
 * Starts an xDS v3 server that serves from a cache, in SotW and delta.
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
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': keepalive.timeMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
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
  const port = await bind(server, address, credentials)
  return {
    address: address.startsWith('unix:') ? address : address.replace(/:\d+$/, `:${port}`),
    close: async () => server.forceShutdown(),
  }
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) return resolve(port)
      const inUse = error.message.includes('EADDRINUSE')
      const message = inUse
        ? `${address} is in use by ${describeHolder(address)}: stop that process, or choose another address (port 0 picks a free one)`
        : `cannot listen on ${address}: ${error.message}`
      reject(new SwitchyardError(inUse ? 'address-in-use' : 'invalid-argument', message, { cause: error }))
    })
  })
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
