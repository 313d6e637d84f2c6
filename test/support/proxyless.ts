// A control plane with a fleet of gRPC clients, and such clients in this process: `@grpc/grpc-js` with `@grpc/grpc-js-xds`.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { ChannelCredentials, ClientOptions } from '@grpc/grpc-js'
import { register } from '@grpc/grpc-js-xds'
import type { Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { startBackend } from '../../services/backend-server.ts'
import { createClient } from '../../services/rpc/index.ts'

register()

export const CLIENTS_FLEET = 'clients'

/** Backends on free ports until the test ends, as the endpoints of an upstream. */
export async function startEndpoints<Id extends string>(t: Test, ...ids: readonly Id[]) {
  const started = await Promise.all(
    ids.map(async (id) => {
      const backend = await startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
      t.teardown(() => backend.close())
      return [id, { address: backend.address }] as const
    }),
  )
  return Object.fromEntries(started) as Readonly<Record<Id, { readonly address: string }>>
}

/** A fleet of Node clients whose target is `xds:///echo`, and parts that replace those of the document. */
export function proxylessDocument(endpoints: object, changes: object = {}) {
  return {
    version: 1,
    upstreams: { echo: { endpoints } },
    routes: { public: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    fleets: {
      [CLIENTS_FLEET]: {
        kind: 'proxyless',
        clients: ['node'],
        lb: { policy: 'round_robin' },
        listeners: { echo: { l7: { routes: 'public' } } },
      },
    },
    ...changes,
  }
}

/** A control plane that serves a document over plaintext xDS, until the test ends. */
export async function startWithDocument(t: Test, document: unknown) {
  const control = await startControlPlane({
    config: validateConfig(document),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
  })
  t.teardown(() => control.close())
  return { control, rest: new RestClient({ url: control.adminUrl }) }
}

/** A bootstrap of its own for one channel, or for the process if it is in `GRPC_XDS_BOOTSTRAP_CONFIG`. */
export function bootstrapOf(
  xdsAddress: string,
  node: string,
  {
    cluster = CLIENTS_FLEET,
    ...more
  }: { readonly cluster?: string } & Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    xds_servers: [{ server_uri: xdsAddress, channel_creds: [{ type: 'insecure' }] }],
    node: { id: node, cluster, locality: {} },
    ...more,
  })
}

interface ClientChoices {
  readonly target?: string
  readonly credentials?: ChannelCredentials
  readonly options?: ClientOptions
  readonly bootstrap?: Readonly<Record<string, unknown>>
}

/** An echo client that gets its configuration from the control plane, until the test ends. */
export function connectProxyless(t: Test, xdsAddress: string, node: string, choices: ClientChoices = {}) {
  const { target = 'xds:///echo', credentials, options = {}, bootstrap = {} } = choices
  const client = createClient(EchoService, target, {
    ...(credentials && { credentials }),
    options: {
      'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': bootstrapOf(xdsAddress, node, bootstrap),
      ...options,
    },
  })
  t.teardown(() => client.close())
  return client
}
