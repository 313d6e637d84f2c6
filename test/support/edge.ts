// A real Envoy that serves a configuration, with real backends behind it. The tests of switches call it.

import type { Message } from '@bufbuild/protobuf'
import type { HostStatus } from '@envoy/xds-protos/envoy/admin/v3/clusters_pb.js'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Channel, connectivityState, credentials } from '@grpc/grpc-js'
import { parseAddress } from '../../control-plane/document/address.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import type { FileContents } from '../../control-plane/switches/setting-file.ts'
import { IN_BOOTSTRAPS } from '../../control-plane/translate/in-bootstraps.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import type { NodeLocality } from '../../envoy-bootstrap/locality.ts'
import type { EnvoyLimits } from '../../envoy-bootstrap/overload.ts'
import type { RunningEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import { type Backend, startBackend } from '../../services/backend-server.ts'
import { createClient, type RpcClient } from '../../services/rpc/index.ts'
import {
  type LoadReports,
  SnapshotCache,
  startXdsServer,
  type TelemetryService,
} from '../../xds-server/index.ts'
import { startEnvoy, type Teardowns, untilInEffect } from './real-envoy.ts'
import { until } from './until.ts'

/** The part of the document that differs between tests. */
export interface Served {
  readonly upstreams: Readonly<Record<string, unknown>>
  /** Default: every call goes to the first upstream. */
  readonly rules?: Readonly<Record<string, unknown>>
  readonly lb?: object
  /** Further virtual hosts of the listener, by the names of their entries of `routes`. */
  readonly routes?: Readonly<Record<string, unknown>>
  /** Issuers of tokens. */
  readonly jwt?: Readonly<Record<string, unknown>>
  /** Fields of the listener in addition to port, l4 and l7. */
  readonly listener?: object
  /** Further fields of the fleet. */
  readonly fleet?: object
  /** What is in the files that switches name. */
  readonly files?: FileContents
  /** Edits the resources before they are served: for a twin that shows why one field is needed. */
  readonly edit?: (resources: readonly Message[]) => void
}

export interface Edge {
  /** The address of the listener. */
  readonly address: string
  readonly envoy: RunningEnvoy
  /** Serves another configuration, and resolves when it is in effect. Default of `lb`: mode l7, round robin. */
  readonly serve: (served: Served) => Promise<void>
  /** Ends the xDS server, and resolves with what starts it again on its address. */
  readonly stopControlPlane: () => Promise<() => Promise<void>>
}

/** @param locality where the Envoy runs */
export async function startEdge(
  t: Teardowns,
  served: Served,
  limits?: EnvoyLimits,
  loadReports?: LoadReports,
  telemetry: readonly TelemetryService[] = [],
  locality?: NodeLocality,
): Promise<Edge> {
  const cache = new SnapshotCache({ consistency: 'enforce', external: IN_BOOTSTRAPS })
  const receivers = { telemetry, ...(loadReports && { loadReports }) }
  const server = await startXdsServer({ cache, address: `127.0.0.1:${await freePort()}`, ...receivers })
  t.teardown(() => server.close())
  const port = await freePort()
  const serve = async (served: Served) => {
    const { upstreams, rules, lb, jwt, fleet, files, listener, routes = {}, edit = () => {} } = served
    const [first = ''] = Object.keys(upstreams)
    const config = validateConfig({
      version: 1,
      upstreams,
      routes: {
        all: { hosts: ['*'], rules: rules ?? { all: { match: {}, to: { [first]: 1 } } } },
        ...routes,
      },
      ...(jwt && { jwt }),
      fleets: {
        fleet: {
          kind: 'envoy',
          lb: { mode: 'l7', policy: 'round_robin', ...lb },
          listeners: {
            main: {
              port,
              l4: { upstream: first },
              l7: { routes: ['all', ...Object.keys(routes)] },
              ...listener,
            },
          },
          ...fleet,
        },
      },
    })
    const resources = translateFleet(config, 'fleet', undefined, files)
    edit(resources)
    cache.setSnapshot('fleet', resources)
    await untilInEffect(cache, envoy)
  }
  const envoy = await startEnvoy(t, server.address, 'delta', {
    ...(limits && { limits }),
    ...(locality && { locality }),
  })
  await serve(served)
  const stopControlPlane = async () => {
    await server.close()
    return async () => {
      const { address } = server
      const again = await startXdsServer({ cache, address, ...receivers })
      t.teardown(() => again.close())
    }
  }
  return { address: `127.0.0.1:${port}`, envoy, serve, stopControlPlane }
}

/** The endpoints of an upstream: one echo backend each, whose id is its name. */
export async function startEndpoints(t: Teardowns, ...ids: string[]) {
  const started = await Promise.all(
    ids.map(async (id) => [id, { address: (await startEcho(t, id)).address }] as const),
  )
  return Object.fromEntries(started)
}

/** Once it is closed, nobody else gets its port: a test may rely on that, or start the next one there. */
export async function startEcho(t: Teardowns, id: string, latencyMs = 0): Promise<Backend> {
  const backend = await startBackend({ id, listen: { host: '127.0.0.1', port: await freePort() }, latencyMs })
  t.teardown(() => backend.close())
  return backend
}

/** A backend at the address of an ended one. */
export async function restartEcho(t: Teardowns, id: string, address: string): Promise<Backend> {
  const listen = parseAddress(address)
  if (typeof listen === 'string' || listen.kind === 'unix') throw new Error(`${address} is not a port`)
  const backend = await startBackend({ id, listen, latencyMs: 0 })
  t.teardown(() => backend.close())
  return backend
}

const OWN_CONNECTION = { 'grpc.use_local_subchannel_pool': 1 }

/** A client with its own connection. @param authority the `:authority` of its calls; default: the address */
export function connectEcho(
  t: Teardowns,
  address: string,
  authority = address,
): RpcClient<typeof EchoService> {
  const options = { ...OWN_CONNECTION, 'grpc.default_authority': authority }
  const client = createClient(EchoService, address, { options })
  t.teardown(() => client.close())
  return client
}

/** The same, with a promise that resolves when the peer closes the first connection. */
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

/** How often each value occurs in a list. */
export function tallyOf(values: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]),
  )
}

/**
 * Resolves when Envoy's admin reports the wanted health of an endpoint; the test's timeout bounds it. Calls that start
 * afterwards are balanced accordingly. Connections to the endpoint may close later.
 */
export async function untilHealth(edge: Edge, address: string, isHealthy: boolean): Promise<void> {
  await until(async () => {
    const host = await hostAt(edge, address)
    return host !== undefined && !host.healthStatus?.failedActiveHealthCheck === isHealthy
  })
}

/** Resolves when no call to the endpoint is open. Await it when new calls go elsewhere. */
export async function untilNoCallOpen(edge: Edge, address: string): Promise<void> {
  await until(async () => {
    const host = await hostAt(edge, address)
    return host?.stats.every(({ name, value }) => name !== 'rq_active' || value === 0n) === true
  })
}

/** What the admin interface of Envoy says of an endpoint; undefined before it knows the endpoint. */
export async function hostAt({ envoy }: Edge, address: string): Promise<HostStatus | undefined> {
  const port = Number(address.split(':').at(-1))
  const { clusterStatuses } = await envoy.admin.clusters()
  return clusterStatuses
    .flatMap(({ hostStatuses }) => hostStatuses)
    .find(({ address: at }) => {
      const socket = at?.address
      return socket?.case === 'socketAddress' && socket.value.portSpecifier.value === port
    })
}
