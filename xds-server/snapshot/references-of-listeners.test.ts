// What a listener refers to: routes, scopes, clusters and configurations of filters.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { HttpGrpcAccessLogConfigSchema } from '@envoy/xds-protos/envoy/extensions/access_loggers/grpc/v3/als_pb.js'
import { ExtAuthzSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js'
import { JwtAuthenticationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import t from 'tap'
import {
  type Cases,
  discovered,
  elsewhere,
  envoyGrpc,
  filter,
  http,
  httpFilters,
  otherServer,
  rds,
  scoped,
  source,
  tcp,
  testReferences,
  toA,
  toClusterA,
  typed,
  typedConfig,
  withFilters,
} from '../../test/support/referring-resources.ts'
import { httpListener } from '../../test/support/resources.ts'

const LISTENERS: Cases = [
  ['the cluster of a TCP proxy', withFilters(toA), ['cluster a']],
  [
    'the weighted clusters of a TCP proxy',
    withFilters(
      tcp({
        case: 'weightedClusters',
        value: {
          clusters: [
            { name: 'a', weight: 1 },
            { name: 'b', weight: 1 },
          ],
        },
      }),
    ),
    ['cluster a', 'cluster b'],
  ],
  [
    'nothing if its TCP proxy has no cluster',
    withFilters(anyPack(TcpProxySchema, create(TcpProxySchema))),
    [],
  ],
  ['its routes', httpListener('l', 1, 'r'), ['route r']],
  ['its routes, over the same stream', withFilters(rds(source('self'))), ['route r']],
  ['nothing if its routes come from a file', withFilters(rds(elsewhere)), []],
  [
    'all scopes, if they come over ADS',
    withFilters(
      scoped({ case: 'scopedRds', value: { scopedRdsConfigSource: source('ads') } }, source('ads')),
    ),
    ['scope *'],
  ],
  [
    'nothing if its scopes come from a file',
    withFilters(scoped({ case: 'scopedRds', value: { scopedRdsConfigSource: elsewhere } }, source('ads'))),
    [],
  ],
  [
    'the routes of its inline scopes',
    withFilters(
      scoped(
        {
          case: 'scopedRouteConfigurationsList',
          value: {
            scopedRouteConfigurations: [
              { name: 's', routeConfigurationName: 'r' },
              { name: 'lazy', routeConfigurationName: 'q', onDemand: true },
              { name: 'inline', routeConfiguration: { virtualHosts: [toClusterA] } },
            ],
          },
        },
        source('ads'),
      ),
    ),
    ['route r', 'route q', 'cluster a'],
  ],
  [
    'nothing if the routes of its inline scopes come from a file',
    withFilters(
      scoped(
        {
          case: 'scopedRouteConfigurationsList',
          value: { scopedRouteConfigurations: [{ name: 's', routeConfigurationName: 'r' }] },
        },
        elsewhere,
      ),
    ),
    [],
  ],
  ['nothing if its scoped routes are empty', withFilters(scoped({ case: undefined }, source('ads'))), []],
  [
    'the clusters of its inline routes',
    withFilters(http({ case: 'routeConfig', value: { virtualHosts: [toClusterA] } })),
    ['cluster a'],
  ],
  [
    'nothing if its filters have no config',
    create(ListenerSchema, { filterChains: [{ filters: [{ name: 'x' }] }] }),
    [],
  ],
  [
    'the discovered configuration of a listener filter, a network filter and an HTTP filter',
    create(ListenerSchema, {
      listenerFilters: [discovered('l', source('ads'))],
      filterChains: [
        { filters: [discovered('n', source('self')), typed(httpFilters(discovered('h', source('ads'))))] },
      ],
    }),
    ['extension n', 'extension h', 'extension l'],
  ],
  [
    'an optional configuration if the filter has a default, and to what the default refers to',
    create(ListenerSchema, {
      filterChains: [{ filters: [discovered('n', source('ads'), tcp({ case: 'cluster', value: 'a' }))] }],
    }),
    ['extension n (optional)', 'cluster a'],
  ],
  [
    'an optional configuration that a separate service may have, and to none of those without a default',
    withFilters(httpFilters(discovered('n', otherServer, toA), discovered('m', otherServer))),
    ['extension n (optional)', 'cluster a'],
  ],
  [
    'a configuration that is not optional if one of two filters of a name has no default',
    create(ListenerSchema, {
      filterChains: [
        { filters: [discovered('n', source('ads'), tcp({ case: undefined }))] },
        { filters: [discovered('n', source('ads'))] },
      ],
    }),
    ['extension n'],
  ],
  [
    'nothing if the configuration of a filter comes from a file',
    create(ListenerSchema, { filterChains: [{ filters: [discovered('n', elsewhere)] }] }),
    [],
  ],
  [
    'the clusters of its filters: the authorizer, the JWKS and the access log',
    withFilters(
      httpFilters(
        filter('authz', ExtAuthzSchema, {
          services: { case: 'grpcService', value: envoyGrpc('authorizer') },
        }),
        filter('jwt', JwtAuthenticationSchema, {
          providers: {
            issuer: {
              jwksSourceSpecifier: {
                case: 'remoteJwks',
                value: { httpUri: { uri: '/jwks', httpUpstreamType: { case: 'cluster', value: 'issuer' } } },
              },
            },
          },
        }),
      ),
      anyPack(
        HttpConnectionManagerSchema,
        create(HttpConnectionManagerSchema, {
          accessLog: [
            typedConfig(
              HttpGrpcAccessLogConfigSchema,
              create(HttpGrpcAccessLogConfigSchema, { commonConfig: { grpcService: envoyGrpc('log') } }),
            ),
          ],
        }),
      ),
    ),
    ['cluster authorizer', 'cluster issuer', 'cluster log'],
  ],
  [
    'nothing of an authorizer that gRPC itself dials',
    withFilters(
      httpFilters(
        filter('authz', ExtAuthzSchema, {
          services: {
            case: 'grpcService',
            value: { targetSpecifier: { case: 'googleGrpc', value: { targetUri: 'dns:authorizer' } } },
          },
        }),
      ),
    ),
    [],
  ],
  [
    'what each filter of each chain refers to, the default chain too, each once',
    create(ListenerSchema, {
      filterChains: [{ filters: [typed(toA), typed(rds(source('ads')))] }, { filters: [typed(toA)] }],
      defaultFilterChain: { filters: [typed(tcp({ case: 'cluster', value: 'b' }))] },
    }),
    ['cluster a', 'route r', 'cluster b'],
  ],
  [
    'the routes of an API listener, as gRPC clients are given it',
    create(ListenerSchema, { apiListener: { apiListener: rds(source('ads')) } }),
    ['route r'],
  ],
]

testReferences(t, 'a listener', LISTENERS)
