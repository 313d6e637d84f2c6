// The ways from a client to the backends, and what serves them: Envoys, a name server and a control plane.

import type { ControlPlane } from '../../control-plane/control-plane.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { startGrpcServer } from '../../testbed/grpc-server-process.ts'
import { startNameServer } from '../../testbed/name-server.ts'

/** The order of the report. */
export const WAYS = ['l7', 'l4', 'dns', 'xds'] as const
export type WayName = (typeof WAYS)[number]

export const TITLES: Readonly<Record<WayName, string>> = {
  l7: 'Envoy at L7',
  l4: 'Envoy at L4',
  dns: 'DNS, round_robin in the client',
  xds: 'xDS without a proxy',
}

export interface Way {
  readonly name: WayName
  readonly target: string
  readonly serviceConfig?: object
  readonly bootstrap?: object
  readonly env?: Readonly<Record<string, string>>
  /** The pid of its proxy. */
  readonly proxy?: number
}

/** Backends differ in their address only, because the records of a name have no ports. */
const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4']

/** Without it, Node and Python ask the system instead of the server that the target names; Go does not need it. */
const ASKS_NAME_SERVER = { GRPC_NODE_USE_ALTERNATIVE_RESOLVER: 'true', GRPC_DNS_RESOLVER: 'ares' }

export interface Setup {
  readonly ways: readonly Way[]
  readonly close: () => Promise<void>
}

/** Starts three backends, an Envoy for each mode, the name server and the control plane. The group ends the processes. */
export async function startWays(group: ProcessGroup, folder: string): Promise<Setup> {
  const port = await startBackends(group, folder)
  const names = await startNameServer(ADDRESSES)
  const ports = { l4: await freePort(), l7: await freePort() }
  const control = await startControlPlane({
    config: validateConfig(documentOf(port, ports)),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
  })
  const viaEnvoy = async (name: 'l4' | 'l7'): Promise<Way> => {
    const proxy = await startEnvoy(group, folder, control, name)
    return { name, target: `dns:///127.0.0.1:${ports[name]}`, proxy }
  }
  const ways = [
    await viaEnvoy('l7'),
    await viaEnvoy('l4'),
    {
      name: 'dns',
      target: `dns://${names.address}/echo.example:${port}`,
      serviceConfig: { loadBalancingConfig: [{ round_robin: {} }] },
      env: ASKS_NAME_SERVER,
    },
    { name: 'xds', target: 'xds:///echo', bootstrap: bootstrapOf(control) },
  ] as const
  return {
    ways,
    close: async () => {
      names.close()
      await control.close()
    },
  }
}

/** @returns the port that they share */
async function startBackends(group: ProcessGroup, folder: string): Promise<number> {
  const port = await freePort()
  for (const address of ADDRESSES) {
    await startGrpcServer(group, folder, { language: 'go', name: address, listen: `${address}:${port}` })
  }
  return port
}

async function startEnvoy(
  group: ProcessGroup,
  folder: string,
  control: ControlPlane,
  fleet: string,
): Promise<number> {
  const bootstrap = createBootstrap({
    nodeId: fleet,
    cluster: fleet,
    listenerAddress: '127.0.0.1',
    xds: { address: control.xdsAddress },
  })
  const envoy = await runEnvoy({ binary: findEnvoy().path, bootstrap, folder, group })
  await envoy.admin.waitUntilLive()
  return envoy.pid
}

function documentOf(port: number, ports: { readonly l4: number; readonly l7: number }) {
  const endpoints = ADDRESSES.map((address) => [
    address.replaceAll('.', '-'),
    { address: `${address}:${port}` },
  ])
  const lb = { policy: 'round_robin' }
  return {
    version: 1,
    upstreams: { echo: { endpoints: Object.fromEntries(endpoints) } },
    routes: { public: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    fleets: {
      l4: {
        kind: 'envoy',
        lb: { ...lb, mode: 'l4' },
        listeners: { main: { port: ports.l4, l4: { upstream: 'echo' } } },
      },
      l7: {
        kind: 'envoy',
        lb: { ...lb, mode: 'l7' },
        listeners: { main: { port: ports.l7, l7: { routes: 'public' } } },
      },
      clients: { kind: 'proxyless', lb, listeners: { echo: { l7: { routes: 'public' } } } },
    },
  }
}

function bootstrapOf({ xdsAddress }: ControlPlane) {
  return {
    xds_servers: [
      { server_uri: xdsAddress, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
    ],
    node: { id: 'client', cluster: 'clients', locality: {} },
  }
}
