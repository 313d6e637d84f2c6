// A server of the row's language that a control plane configures, and clients that call it. The library serves the resources.

import { join } from 'node:path'
import { createGrpcBootstrap } from '../../envoy-bootstrap/grpc-bootstrap.ts'
import { freePort } from '../../processes/free-port.ts'
import { type GrpcServerProcess, startGrpcServer } from '../../testbed/grpc-server-process.ts'
import { XdsCertificates } from '../../testbed/xds-certificates.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { apiListener, assignment, cluster, routes } from '../support/resources.ts'
import { FLEET, LISTENER } from './document.ts'
import { FLAGS } from './programs.ts'
import { type ServedListener, serverListener, tlsCluster } from './server-resources.ts'
import type { World } from './world.ts'

const SERVERS = 'servers'
const UPSTREAM = 'upstream'

export interface ServerSettings extends Omit<ServedListener, 'address'> {
  /** Whether clients use TLS. Default: as the server. */
  readonly clientTls?: boolean
  /** Whether the server has no listener. */
  readonly isGone?: boolean
}

export interface ConfiguredServer {
  readonly address: string
  readonly xdsAddress: string
  /** `certificate_providers` of a client's bootstrap, with the certificate of `name`. */
  readonly providersOf: (name: string) => object
  /** Resolves when the nodes that are connected have ACKed it. */
  readonly serve: (settings: ServerSettings) => Promise<void>
}

/** Serves the settings, and starts the server. Its name in answers is `server`. */
export async function startConfiguredServer(
  world: World,
  settings: ServerSettings,
): Promise<ConfiguredServer> {
  const certificates = await XdsCertificates.create(join(world.folder, 'identities'))
  await certificates.issue(['server', 'client'].map((node) => ({ fleet: SERVERS, node })))
  const port = await freePort()
  // grpc-java asks for this address, whatever it listens on.
  const address = `${world.client === 'java' ? '0.0.0.0' : '127.0.0.1'}:${port}`
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const serve = async ({ clientTls, isGone = false, ...listener }: ServerSettings) => {
    cache.setSnapshot(SERVERS, isGone ? [] : [serverListener({ address, ...listener })])
    const isTls = clientTls ?? listener.isTls ?? false
    const load = assignment(UPSTREAM, port)
    for (const locality of load.endpoints) {
      locality.locality = { $typeName: 'envoy.config.core.v3.Locality', region: 'r', zone: '', subZone: '' }
      locality.loadBalancingWeight = 1
    }
    cache.setSnapshot(FLEET, [
      apiListener(LISTENER),
      routes(LISTENER, UPSTREAM),
      isTls ? tlsCluster(UPSTREAM) : cluster(UPSTREAM),
      load,
    ])
    await Promise.all([cache.synced(FLEET), ...(isGone ? [] : [cache.synced(SERVERS)])])
  }
  await serve(settings)
  const xds = await startXdsServer({ cache, address: '127.0.0.1:0', drainTimeMs: 0 })
  world.teardown(() => xds.close())
  const { config, environment } = createGrpcBootstrap({
    client: world.client,
    nodeId: 'server',
    cluster: SERVERS,
    xds: [{ address: xds.address }],
    certificateProviders: { default: certificates.of('server') },
  })
  await startServer(world, address, config, environment)
  return {
    address: `127.0.0.1:${port}`,
    xdsAddress: xds.address,
    providersOf: (name) => {
      const { certificate, key, ca } = certificates.of(name)
      const files = { certificate_file: certificate, private_key_file: key, ca_certificate_file: ca }
      return { default: { plugin_name: 'file_watcher', config: { ...files, refresh_interval: '600s' } } }
    },
    serve,
  }
}

async function startServer(
  world: World,
  listen: string,
  bootstrap: object,
  environment: Readonly<Record<string, string>>,
): Promise<GrpcServerProcess> {
  return await startGrpcServer(world.group, world.folder, {
    language: world.client,
    name: 'server',
    listen,
    xds: true,
    bootstrap,
    env: { ...FLAGS[world.client], ...environment },
  })
}
