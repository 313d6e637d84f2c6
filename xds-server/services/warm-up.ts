// Serves a few clients in memory before the server listens. The code of a new process is not compiled yet, so its first clients would
// wait twice as long as later ones; and after a restart, these are the whole fleet at once.

import { connect } from 'node:http2'
import * as streams from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { create } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import { addDiscoveryServices } from './discovery-services.ts'
import { limitsOf } from './limits.ts'
import { OpenStreams } from './open-streams.ts'
import { FIRST_RESPONSES, WarmUpClient } from './warm-up-client.ts'
import { WriteBudget } from './write-budget.ts'

const GROUP = 'warm-up'

/** Each with a stream of SotW and one of delta. More of them gain little, and cost as much as they gain. */
const CONNECTIONS = 4
const PUSHES = 4
const CHANGED = 'cluster-0'
const CLUSTERS = Array.from({ length: 10 }, (_, index) => `cluster-${index}`)

/** On a busy machine, clients wait for the server rather than for its warm-up. */
const LIMIT_MS = 500

let isWarm = false

/**
 * Runs once in a process. The clients, what they are served and their server are its own, and are gone when it resolves.
 * @param limitMs milliseconds after which it ends in any case
 * @returns how many responses its clients have received
 */
export async function warmUp(limitMs = LIMIT_MS): Promise<number> {
  // Node has this function since 20.17 and 22.6.
  const { duplexPair } = streams
  if (isWarm || duplexPair === undefined) return 0
  isWarm = true
  const cache = new SnapshotCache({ nodeGroup: () => GROUP })
  cache.setSnapshot(GROUP, [
    ...CLUSTERS.flatMap((name) => [create(ClusterSchema, { name }), endpointsOf(name, 0)]),
    create(RouteConfigurationSchema, { name: GROUP }),
  ])
  const serving = servingOf(cache)
  const server = new Server()
  addDiscoveryServices(
    server,
    new OpenStreams(limitsOf(undefined), serving.events, Number.POSITIVE_INFINITY),
    {
      serving,
      budget: new WriteBudget(),
      isPrivate: true,
      authorize: () => undefined,
      drainTimeMs: 0,
      startTimeMs: 0,
      heartbeatsPerTtl: 2,
      resourceErrors: 'off',
    },
  )
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const sessions = Array.from({ length: CONNECTIONS }, () => {
    const [near, far] = duplexPair()
    injector.injectConnection(far)
    return connect(`http://${GROUP}`, { createConnection: () => near })
  })
  const clients = sessions.flatMap((session, at) =>
    (['sotw', 'delta'] as const).map(
      (mode) => new WarmUpClient(session, { mode, id: `${mode}-${at}`, clusters: CLUSTERS, route: GROUP }),
    ),
  )
  await Promise.race([push(cache, clients), delay(limitMs, undefined, { ref: false })])
  for (const session of sessions) session.destroy()
  server.forceShutdown()
  return clients.reduce((sum, { received }) => sum + received, 0)
}

/** The first responses, and then some changes. */
async function push(cache: SnapshotCache, clients: readonly WarmUpClient[]): Promise<void> {
  const untilReceived = (count: number) => Promise.all(clients.map((client) => client.untilReceived(count)))
  await untilReceived(FIRST_RESPONSES)
  for (let pushes = 1; pushes <= PUSHES; pushes += 1) {
    cache.updateSnapshot(GROUP, { upsert: [endpointsOf(CHANGED, pushes)] })
    await untilReceived(FIRST_RESPONSES + pushes)
  }
}

/** Endpoints of a cluster. Each generation differs. */
function endpointsOf(clusterName: string, generation: number) {
  return create(ClusterLoadAssignmentSchema, {
    clusterName,
    endpoints: [{ loadBalancingWeight: 1 + generation }],
  })
}
