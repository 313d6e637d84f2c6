// A real Envoy that serves a configuration, with real backends behind it: what the tests of switches send their calls to.

import type { Message } from '@bufbuild/protobuf'
import type { HostStatus } from '@envoy/xds-protos/envoy/admin/v3/clusters_pb.js'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Channel, connectivityState, credentials, Metadata } from '@grpc/grpc-js'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import type { EnvoyLimits } from '../../envoy-bootstrap/overload.ts'
import type { RunningEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import { type Backend, startBackend } from '../../services/backend-server.ts'
import { createClient, type RpcClient } from '../../services/rpc/index.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { startEnvoy, type Teardowns, untilInEffect } from './real-envoy.ts'

/** What differs between tests: the rest of the document is the same for all. */
export interface Served {
  readonly upstreams: Readonly<Record<string, unknown>>
  /** Every call goes to the first upstream where none are given. */
  readonly rules?: Readonly<Record<string, unknown>>
  readonly lb?: object
  /** A last change to what would be sent, for a twin that shows what one field of it is for. */
  readonly edit?: (resources: readonly Message[]) => void
}

export interface Edge {
  /** Where calls go. */
  readonly address: string
  readonly envoy: RunningEnvoy
  /** Serves another configuration; resolves when the Envoy serves by it. Mode l7 and round robin unless `lb` says otherwise. */
  readonly serve: (served: Served) => Promise<void>
}

export async function startEdge(t: Teardowns, served: Served, limits?: EnvoyLimits): Promise<Edge> {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
  t.teardown(() => server.close())
  const port = await freePort()
  const serve = async ({ upstreams, rules, lb, edit = () => {} }: Served) => {
    const [first = ''] = Object.keys(upstreams)
    const config = validateConfig({
      version: 1,
      upstreams,
      routes: { all: { hosts: ['*'], rules: rules ?? { all: { match: {}, to: { [first]: 1 } } } } },
      fleets: {
        fleet: {
          kind: 'envoy',
          lb: { mode: 'l7', policy: 'round_robin', ...lb },
          listeners: { main: { port, l4: { upstream: first }, l7: { routes: 'all' } } },
        },
      },
    })
    const resources = translateFleet(config, 'fleet')
    edit(resources)
    cache.setSnapshot('fleet', resources)
    await untilInEffect(cache, envoy)
  }
  const envoy = await startEnvoy(t, server.address, 'delta', { ...(limits && { limits }) })
  await serve(served)
  return { address: `127.0.0.1:${port}`, envoy, serve }
}

/** The endpoints of an upstream, each an echo backend of its own whose id is its name. */
export async function startEndpoints(t: Teardowns, ...ids: string[]) {
  const started = await Promise.all(
    ids.map(async (id) => [id, { address: (await startEcho(t, id)).address }] as const),
  )
  return Object.fromEntries(started)
}

export async function startEcho(t: Teardowns, id: string, latencyMs = 0): Promise<Backend> {
  const backend = await startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs })
  t.teardown(() => backend.close())
  return backend
}

const OWN_CONNECTION = { 'grpc.use_local_subchannel_pool': 1 }

/** A client with a connection of its own. */
export function connectEcho(t: Teardowns, address: string): RpcClient<typeof EchoService> {
  const client = createClient(EchoService, address, { options: OWN_CONNECTION })
  t.teardown(() => client.close())
  return client
}

/** The same, with a promise that is fulfilled when the first connection, once it is open, has been closed by the peer. */
export function connectEchoUntilClosed(
  t: Teardowns,
  address: string,
): { readonly client: RpcClient<typeof EchoService>; readonly closed: Promise<void> } {
  const channel = new Channel(address, credentials.createInsecure(), OWN_CONNECTION)
  const client = createClient(EchoService, address, { options: { channelOverride: channel } })
  t.teardown(() => client.close())
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const watch = (wasOpen: boolean) => {
    const state = channel.getConnectivityState(false)
    if (wasOpen && state !== connectivityState.READY) return resolve()
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, (error) => {
      // The channel has been shut down.
      if (error === undefined) watch(wasOpen || state === connectivityState.READY)
    })
  }
  watch(false)
  return { client, closed }
}

export interface Calls {
  readonly count: number
  /** Calls under way at once; 1 keeps them in order. */
  readonly concurrency?: number
  /** The headers of each call, by its index. */
  readonly headers?: (index: number) => Readonly<Record<string, string>>
}

/** The ids of the backends that answered, in the order in which the calls were begun; a failed call gives `failed`. */
export async function callEcho(
  client: RpcClient<typeof EchoService>,
  { count, concurrency = 1, headers = () => ({}) }: Calls,
): Promise<string[]> {
  const answers: string[] = []
  let begun = 0
  const work = async () => {
    while (begun < count) {
      const index = begun++
      const metadata = Metadata.fromHttp2Headers(headers(index))
      answers[index] = await client.unary({ message: 'which?' }, { metadata }).then(
        ({ backendId }) => backendId,
        () => FAILED,
      )
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return answers
}

export const FAILED = 'failed'

/** How often each value stands in a list. */
export function tallyOf(values: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]),
  )
}

/**
 * Resolves once the Envoy takes the endpoint for healthy, or once it does not; the test's timeout bounds it. Calls that begin
 * afterwards are balanced by that; connections to the endpoint may be closed later still.
 */
export async function untilHealth(edge: Edge, address: string, isHealthy: boolean): Promise<void> {
  for (;;) {
    const host = await hostAt(edge, address)
    if (host !== undefined && !host.healthStatus?.failedActiveHealthCheck === isHealthy) return
  }
}

/** Resolves once no call to the endpoint is open any more; to be awaited when new ones go elsewhere. */
export async function untilNoCallOpen(edge: Edge, address: string): Promise<void> {
  for (;;) {
    const host = await hostAt(edge, address)
    if (host?.stats.every(({ name, value }) => name !== 'rq_active' || value === 0n)) return
  }
}

async function hostAt({ envoy }: Edge, address: string): Promise<HostStatus | undefined> {
  const port = Number(address.split(':').at(-1))
  const { clusterStatuses } = await envoy.admin.clusters()
  return clusterStatuses
    .flatMap(({ hostStatuses }) => hostStatuses)
    .find(({ address: at }) => {
      const socket = at?.address
      return socket?.case === 'socketAddress' && socket.value.portSpecifier.value === port
    })
}
