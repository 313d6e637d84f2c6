// The fixture of the admin API's tests: the sample configuration in a real cache, a real xDS server, and the admin API.

import type { RestIdentity } from '../../control-plane/access/rest-identity.ts'
import type { Tokens } from '../../control-plane/access/tokens.ts'
import { AccessLogs } from '../../control-plane/access-logs/access-logs.ts'
import { createAdmin } from '../../control-plane/admin/admin.ts'
import type { Deadlines } from '../../control-plane/admin/deadlines.ts'
import type { Dashboards } from '../../control-plane/admin/desired-state.ts'
import { nodesIn, startLoadTally } from '../../control-plane/control-plane.ts'
import type { Config } from '../../control-plane/document/model.ts'
import { FlipTracker } from '../../control-plane/events/flip-tracker.ts'
import { startEvents } from '../../control-plane/events/start-events.ts'
import { Revisions } from '../../control-plane/rollout/revisions.ts'
import { EndpointRegistry } from '../../control-plane/sources/endpoints/endpoint-registry.ts'
import { EndpointStore } from '../../control-plane/sources/endpoints/endpoint-store.ts'
import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { AnsweringNode } from './answering-node.ts'
import { sampleWith } from './sample-config.ts'
import type { Teardown } from './xds-client.ts'

export async function serveFleet(
  t: Teardown,
  initial: Config = sampleWith({ 'fleets.edge.onNack': 'rollback' }),
  options: {
    readonly testbed?: string
    readonly dashboards?: Dashboards
    readonly tokens?: Tokens
    readonly deadlines?: Deadlines
    readonly identity?: RestIdentity
  } = {},
) {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const store = openSqliteStore(':memory:')
  const flips = new FlipTracker({ cache })
  cache.onEvent((event) => flips.take(event))
  const endpoints = await EndpointStore.open()
  const state = await Revisions.open({ store, cache, initial, endpoints, observer: flips })
  t.teardown(() => state.close())
  const { loadReports, loads, traffic } = startLoadTally(state)
  const onFault = (error: unknown) => {
    throw error
  }
  const { hub, testbed } = startEvents({
    cache,
    flips,
    store,
    state,
    loadReports,
    endpoints,
    accessLogs: new AccessLogs(),
    traffic,
    onFault,
    ...options,
  })
  t.teardown(() => hub.close())
  const xds = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    loadReports,
    telemetry: [traffic.service],
  })
  t.teardown(() => xds.close())
  const admin = await createAdmin({
    state,
    nodes: nodesIn(cache, xds),
    endpoints: new EndpointRegistry(endpoints, state),
    loads,
    traffic,
    events: hub,
    flips,
    ...(testbed && { testbed }),
    ...(options.dashboards && { dashboards: options.dashboards }),
    ...(options.tokens && { tokens: options.tokens }),
    ...(options.deadlines && { deadlines: options.deadlines }),
    ...(options.identity && { identity: options.identity }),
  })
  t.teardown(() => admin.close())

  /** Connects a node of the fleet "edge", and resolves when it has ACKed all resources. */
  const connectNode = async (id: string, cluster = 'edge'): Promise<AnsweringNode> => {
    const opened = new Promise<void>((resolve) => {
      const stop = cache.onEvent((event) => {
        if (event.kind !== 'opened' || event.node !== id) return
        stop()
        resolve()
      })
    })
    const node = new AnsweringNode(t, xds.address, { id, cluster })
    await opened
    await cache.synced(cluster)
    return node
  }

  const putLb = (body: unknown, query = '') =>
    admin.inject({ method: 'PUT', url: `/v1/fleets/edge/lb${query}`, payload: body as object })

  const getConfig = async () => {
    const { headers, body } = await admin.inject('/v1/config')
    return { etag: String(headers.etag), config: JSON.parse(body) as Config }
  }

  /** Applies a merge patch to the document in force. */
  const patchConfig = async (patch: unknown, query = '') =>
    admin.inject({
      method: 'PATCH',
      url: `/v1/config${query}`,
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': (await getConfig()).etag },
      payload: JSON.stringify(patch),
    })

  return {
    admin,
    cache,
    flips,
    hub,
    loadReports,
    loads,
    traffic,
    store,
    state,
    xds,
    connectNode,
    putLb,
    getConfig,
    patchConfig,
  }
}
