// A server of the row's language that the document configures, and clients that call it.

import { join } from 'node:path'
import { nodeUri } from '../../core/spiffe-ids.ts'
import { createGrpcBootstrap } from '../../envoy-bootstrap/grpc-bootstrap.ts'
import { freePort } from '../../processes/free-port.ts'
import { startGrpcServer } from '../../testbed/grpc-server-process.ts'
import { XdsCertificates } from '../../testbed/xds-certificates.ts'
import { FLAGS } from './programs.ts'
import type { World } from './world.ts'

const SERVERS = 'servers'
const SERVER = 'server'
/** The name of the certificate provider in both bootstraps. */
const PROVIDER = 'mesh'

export interface ServerSettings {
  /** Mutual TLS. Default: plaintext. */
  readonly isTls?: boolean
  /** Whether clients use TLS. Default: as the server. */
  readonly clientTls?: boolean
  /** The methods that RBAC allows, such as `switchyard.echo.v1.EchoService/Unary`. Default: no RBAC. */
  readonly methods?: readonly string[]
  /** Whether the server has no listener. */
  readonly isGone?: boolean
}

export interface ConfiguredServer {
  /** `certificate_providers` of a client's bootstrap. */
  readonly providers: object
  /** Puts the settings in force. */
  readonly serve: (settings: ServerSettings) => Promise<void>
}

/** Serves the settings, and starts the server. Its name in answers is `server`. */
export async function startConfiguredServer(
  world: World,
  settings: ServerSettings,
): Promise<ConfiguredServer> {
  const certificates = await XdsCertificates.create(join(world.folder, 'identities'))
  await certificates.issue([SERVER, 'client'].map((node) => ({ fleet: SERVERS, node })))
  const port = await freePort()
  const otherPort = await freePort()
  // grpc-java asks for this address, whatever it listens on.
  const host = world.client === 'java' ? '0.0.0.0' : '127.0.0.1'

  const serve = ({ isTls = false, clientTls = isTls, methods, isGone = false }: ServerSettings) =>
    world.serve(
      {
        upstreams: {
          echo: {
            endpoints: { [SERVER]: { address: `127.0.0.1:${port}` } },
            tls: {
              enabled: clientTls,
              ca: PROVIDER,
              certificate: 'client',
              sans: [nodeUri(SERVERS, SERVER)],
            },
          },
        },
        fleet: { certificateProvider: PROVIDER },
        document: {
          secrets: { [PROVIDER]: { ca: 'ca.pem' }, client: { certificate: 'client.pem', key: 'client.key' } },
          fleets: {
            [SERVERS]: {
              kind: 'grpc-server',
              clients: [world.client],
              certificateProvider: PROVIDER,
              listeners: {
                main: { address: host, port: isGone ? otherPort : port, tls: { enabled: isTls } },
              },
              security: {
                rbac: {
                  enabled: methods !== undefined,
                  rules: { callers: methods === undefined ? {} : { methods } },
                },
              },
            },
          },
        },
      },
      // A server that has lost its listener goes on asking for it.
      { wait: !isGone },
    )
  await serve(settings)

  const { config, environment } = createGrpcBootstrap({
    client: world.client,
    nodeId: SERVER,
    cluster: SERVERS,
    xds: [{ address: world.control.xdsAddress }],
    certificateProviders: { [PROVIDER]: certificates.of(SERVER) },
  })
  await startGrpcServer(world.group, world.folder, {
    language: world.client,
    name: SERVER,
    listen: `${host}:${port}`,
    xds: true,
    bootstrap: config,
    env: { ...FLAGS[world.client], ...environment },
  })
  const { certificate, key, ca } = certificates.of('client')
  const files = { certificate_file: certificate, private_key_file: key, ca_certificate_file: ca }
  return {
    providers: {
      [PROVIDER]: { plugin_name: 'file_watcher', config: { ...files, refresh_interval: '600s' } },
    },
    serve,
  }
}
