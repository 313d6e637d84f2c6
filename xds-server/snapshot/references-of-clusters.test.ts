// What a cluster, and a TLS context in it, refers to.

import { create, type Message, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { Cluster_DiscoveryType, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { ClusterConfigSchema } from '@envoy/xds-protos/envoy/extensions/clusters/aggregate/v3/cluster_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import t from 'tap'
import {
  type Cases,
  discovered,
  elsewhere,
  otherServer,
  socket,
  source,
  testReferences,
} from '../../test/support/referring-resources.ts'

function edsCluster(edsClusterConfig: object | undefined, type = Cluster_DiscoveryType.EDS): Message {
  const discovery = { clusterDiscoveryType: { case: 'type' as const, value: type } }
  return create(ClusterSchema, { name: 'c', ...discovery, ...(edsClusterConfig && { edsClusterConfig }) })
}

const CLUSTERS: Cases = [
  ['its assignment, over ADS', edsCluster({ edsConfig: source('ads') }), ['endpoint c']],
  ['its assignment, over the same stream', edsCluster({ edsConfig: source('self') }), ['endpoint c']],
  ['that of its service name', edsCluster({ edsConfig: source('ads'), serviceName: 's' }), ['endpoint s']],
  ['nothing if its assignment comes from a file', edsCluster({ edsConfig: elsewhere }), []],
  [
    'its assignment on a separate service, but not the cluster of that service, which Envoy has from its bootstrap',
    edsCluster({ edsConfig: otherServer }),
    ['endpoint c'],
  ],
  ['nothing if its EDS config has no source', edsCluster({}), []],
  ['nothing if it has no EDS config', edsCluster(undefined), []],
  ['nothing if it is static', edsCluster({ edsConfig: source('ads') }, Cluster_DiscoveryType.STATIC), []],
  [
    'the children of an aggregate cluster',
    create(ClusterSchema, {
      name: 'c',
      clusterDiscoveryType: {
        case: 'clusterType',
        value: {
          name: 'envoy.clusters.aggregate',
          typedConfig: anyPack(ClusterConfigSchema, create(ClusterConfigSchema, { clusters: ['a', 'b'] })),
        },
      },
    }),
    ['cluster a', 'cluster b'],
  ],
  [
    'the discovered configuration of its filters, for TCP and for HTTP',
    create(ClusterSchema, {
      name: 'c',
      filters: [{ name: 'tcp', configDiscovery: { configSource: source('ads') } }, { name: 'plain' }],
      typedExtensionProtocolOptions: {
        http: anyPack(
          HttpProtocolOptionsSchema,
          create(HttpProtocolOptionsSchema, { httpFilters: [discovered('http', source('ads'))] }),
        ),
      },
    }),
    ['extension http', 'extension tcp'],
  ],
  [
    'nothing if an extension finds its endpoints',
    create(ClusterSchema, {
      name: 'c',
      clusterDiscoveryType: { case: 'clusterType', value: { name: 'x' } },
      edsClusterConfig: { edsConfig: source('ads') },
    }),
    [],
  ],
]

const tls = {
  tlsCertificateSdsSecretConfigs: [
    { name: 'cert', sdsConfig: source('ads') },
    { name: 'file', sdsConfig: elsewhere },
    { name: 'bootstrap' },
  ],
}
const validation = { name: 'ca', sdsConfig: source('ads') }

type Tls = MessageInitShape<typeof CommonTlsContextSchema>

function upstream(commonTlsContext: Tls) {
  return socket(UpstreamTlsContextSchema, create(UpstreamTlsContextSchema, { commonTlsContext }))
}

function downstream(commonTlsContext: Tls) {
  return socket(DownstreamTlsContextSchema, create(DownstreamTlsContextSchema, { commonTlsContext }))
}

const SECRETS: Cases = [
  [
    'its certificates over ADS, not those from a file or the bootstrap',
    create(ClusterSchema, upstream(tls)),
    ['secret cert'],
  ],
  [
    'its validation context',
    create(
      ClusterSchema,
      upstream({ validationContextType: { case: 'validationContextSdsSecretConfig', value: validation } }),
    ),
    ['secret ca'],
  ],
  [
    'its combined validation context',
    create(
      ClusterSchema,
      upstream({
        validationContextType: {
          case: 'combinedValidationContext',
          value: { validationContextSdsSecretConfig: validation },
        },
      }),
    ),
    ['secret ca'],
  ],
  [
    'nothing if its combined validation context has no secret',
    create(
      ClusterSchema,
      upstream({ validationContextType: { case: 'combinedValidationContext', value: {} } }),
    ),
    [],
  ],
  [
    'nothing if its validation context is inline',
    create(ClusterSchema, upstream({ validationContextType: { case: 'validationContext', value: {} } })),
    [],
  ],
  [
    'the certificates of its transport socket matches',
    create(ClusterSchema, { transportSocketMatches: [upstream(tls)] }),
    ['secret cert'],
  ],
  [
    'nothing if its TLS context is empty',
    create(ClusterSchema, socket(UpstreamTlsContextSchema, create(UpstreamTlsContextSchema))),
    [],
  ],
  [
    'nothing if its transport socket is not TLS',
    create(ClusterSchema, socket(TcpProxySchema, create(TcpProxySchema))),
    [],
  ],
  [
    'nothing if its transport socket has no config',
    create(ClusterSchema, { transportSocket: { name: 'raw' } }),
    [],
  ],
  [
    'the certificates of a filter chain',
    create(ListenerSchema, { filterChains: [downstream(tls)] }),
    ['secret cert'],
  ],
]

testReferences(t, 'a cluster', CLUSTERS)
testReferences(t, 'TLS', SECRETS)
