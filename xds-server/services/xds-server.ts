// The xDS server: ADS, a service for each type, LRS and, if wanted, CSDS on a TCP port or a Unix socket.

import { status as grpcStatus, Server } from '@grpc/grpc-js'
import { hardenGrpc } from '../../core/harden-grpc.ts'
import { rejectProblems } from '../../core/option-checks.ts'
import { servingOf } from '../cache/snapshot-cache.ts'
import { addClientStatusService } from './client-status-service.ts'
import { type CloseOptions, closeServer } from './close-server.ts'
import { addDiscoveryServices } from './discovery-services.ts'
import { requireFirstRequest } from './first-request.ts'
import { limitsOf } from './limits.ts'
import { listenAt } from './listen-at.ts'
import { addLoadService } from './load-service.ts'
import { OpenStreams } from './open-streams.ts'
import { serverOptionProblems, type XdsServerOptions } from './server-options.ts'
import { settingsOf } from './server-settings.ts'
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
  rejectProblems('the options of the xDS server are invalid:', serverOptionProblems(options))
  const { cache, address, loadReports: loads, telemetry = [] } = options
  const { credentials, channel, patienceMs, requestPatienceMs, silenceMs, maxAge, ...settings } =
    settingsOf(options)
  const { authorize } = settings.streams
  hardenGrpc()
  const server = new Server({ ...channel, interceptors: [requireFirstRequest(requestPatienceMs)] })
  const serving = servingOf(cache)
  const streams = new OpenStreams(limitsOf(options.limits), serving.events, requestPatienceMs)
  addDiscoveryServices(server, streams, { ...settings.streams, serving, budget: new WriteBudget() })
  addLoadService(server, streams, { serving, authorize, ...(loads && { loads }) })
  for (const service of telemetry) addTelemetryService(server, service, { serving, authorize, open: streams })
  if (settings.clientStatus !== undefined) {
    const { messages } = cache
    addClientStatusService(server, { serving, open: streams, messages, authorize: settings.clientStatus })
  }
  if (options.warmUp !== false) await warmUp()
  const { listeners, ...at } = await listenAt(address, options.reusePort ?? false, {
    server,
    credentials,
    patienceMs,
    ...(silenceMs !== undefined && { silenceMs }),
    ...(maxAge && {
      maxAge: { ...maxAge, onAged: (connection: object) => streams.drainConnection(connection) },
    }),
    onExpired: (peer, message) =>
      serving.events.emit({ kind: 'rejected', peer, code: grpcStatus.UNAUTHENTICATED, message }),
  })
  return {
    address: at.address,
    close: (closing = {}) => closeServer({ server, listeners, streams }, closing),
    disconnect: (group, node) => streams.disconnect(group, node),
  }
}
