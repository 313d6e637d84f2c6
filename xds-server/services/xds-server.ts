// The xDS server: ADS, a service for each type, LRS and, if wanted, CSDS on a TCP port or a Unix socket.

import { lookup } from 'node:dns/promises'
import { existsSync, rmSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { status as grpcStatus, Server, ServerCredentials } from '@grpc/grpc-js'
import type { MaxAge } from '../../core/aging-connections.ts'
import { boundBinaryMetadata } from '../../core/bounded-metadata.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { type GrpcListener, type ListenOptions, listenForGrpc } from '../../core/grpc-listener.ts'
import { splitAddress } from '../../core/host-and-port.ts'
import { rejectProblems } from '../../core/option-checks.ts'
import { describeHolder } from '../../core/port-holder.ts'
import { LONGEST_TIMER_MS } from '../../core/timer.ts'
import { servingOf } from '../cache/snapshot-cache.ts'
import { addClientStatusService } from './client-status-service.ts'
import { type CloseOptions, closeServer } from './close-server.ts'
import { addDiscoveryServices } from './discovery-services.ts'
import { requireFirstRequest } from './first-request.ts'
import { limitsOf } from './limits.ts'
import { addLoadService } from './load-service.ts'
import { OpenStreams } from './open-streams.ts'
import { serverOptionProblems, type XdsServerOptions } from './server-options.ts'
import { addTelemetryService } from './telemetry-service.ts'
import { warmUp } from './warm-up.ts'
import { WriteBudget } from './write-budget.ts'

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
  rejectProblems('the options of the xDS server are invalid:', serverOptionProblems(options))
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
    close: (closing = {}) => closeServer({ server, listeners, streams }, closing),
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
