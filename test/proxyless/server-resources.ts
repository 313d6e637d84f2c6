// Resources of an xDS server and of the clients that call it: https://github.com/grpc/proposal/blob/master/A36-xds-for-servers.md

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import type { Cluster } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { TransportSocketSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RBAC_Action } from '@envoy/xds-protos/envoy/config/rbac/v3/rbac_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { RBACSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { CERTIFICATE_PROVIDER } from '../../envoy-bootstrap/grpc-bootstrap.ts'
import { cluster } from '../support/resources.ts'

const INSTANCE = { instanceName: CERTIFICATE_PROVIDER }
const OWN_CERTIFICATE = { tlsCertificateProviderInstance: INSTANCE }
const VERIFIED_BY_CA = {
  validationContextType: {
    case: 'validationContext' as const,
    value: { caCertificateProviderInstance: INSTANCE },
  },
}

export interface ServedListener {
  /** `IP:PORT` that the server listens on. */
  readonly address: string
  /** Mutual TLS. Default: plaintext. */
  readonly isTls?: boolean
  /** Calls with this header, and this value of it, are denied. */
  readonly denied?: { readonly header: string; readonly value: string }
}

/** The listener that a server asks for by the address on which it listens. */
export function serverListener({ address, isTls = false, denied }: ServedListener): Listener {
  const [ip = '', port] = address.split(':')
  return create(ListenerSchema, {
    name: `grpc/server?xds.resource.listening_address=${address}`,
    address: {
      address: {
        case: 'socketAddress',
        value: { address: ip, portSpecifier: { case: 'portValue', value: Number(port) } },
      },
    },
    filterChains: [
      {
        name: 'all',
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            configType: {
              case: 'typedConfig',
              value: anyPack(HttpConnectionManagerSchema, connectionManager(denied)),
            },
          },
        ],
        ...(isTls && { transportSocket: downstreamTls() }),
      },
    ],
  })
}

function connectionManager(denied: ServedListener['denied']) {
  const router = filterOf('router', anyPack(RouterSchema, create(RouterSchema)))
  return create(HttpConnectionManagerSchema, {
    statPrefix: 'server',
    httpFilters:
      denied === undefined ? [router] : [filterOf('rbac', anyPack(RBACSchema, denying(denied))), router],
    routeSpecifier: { case: 'routeConfig', value: create(RouteConfigurationSchema, EVERYTHING) },
  })
}

function filterOf(name: string, config: Any) {
  return { name, configType: { case: 'typedConfig' as const, value: config } }
}

/** A server has its routes inside its listener, and serves what they match. */
const EVERYTHING: MessageInitShape<typeof RouteConfigurationSchema> = {
  name: 'server',
  virtualHosts: [
    {
      name: 'all',
      domains: ['*'],
      routes: [
        {
          match: { pathSpecifier: { case: 'prefix', value: '/' } },
          action: { case: 'nonForwardingAction', value: {} },
        },
      ],
    },
  ],
}

function denying({ header, value }: NonNullable<ServedListener['denied']>) {
  return create(RBACSchema, {
    rules: {
      action: RBAC_Action.DENY,
      policies: {
        denied: {
          permissions: [{ rule: { case: 'any', value: true } }],
          principals: [
            {
              identifier: {
                case: 'header',
                value: {
                  name: header,
                  headerMatchSpecifier: {
                    case: 'stringMatch',
                    value: { matchPattern: { case: 'exact', value } },
                  },
                },
              },
            },
          ],
        },
      },
    },
  })
}

function downstreamTls(): MessageInitShape<typeof TransportSocketSchema> {
  return tlsSocket(
    anyPack(
      DownstreamTlsContextSchema,
      create(DownstreamTlsContextSchema, {
        requireClientCertificate: true,
        commonTlsContext: { ...OWN_CERTIFICATE, ...VERIFIED_BY_CA },
      }),
    ),
  )
}

/** A cluster whose clients show their certificate, and trust the CA of their certificate provider. */
export function tlsCluster(name: string): Cluster {
  const context = create(UpstreamTlsContextSchema, {
    commonTlsContext: { ...OWN_CERTIFICATE, ...VERIFIED_BY_CA },
  })
  const socket = tlsSocket(anyPack(UpstreamTlsContextSchema, context))
  return { ...cluster(name), transportSocket: create(TransportSocketSchema, socket) }
}

function tlsSocket(context: Any): MessageInitShape<typeof TransportSocketSchema> {
  return { name: 'envoy.transport_sockets.tls', configType: { case: 'typedConfig', value: context } }
}
