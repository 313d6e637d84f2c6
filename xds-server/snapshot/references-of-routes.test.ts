// What a route configuration, and resources of other types, refer to.

import { create, type Message } from '@bufbuild/protobuf'
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt'
import {
  type TypedExtensionConfig,
  TypedExtensionConfigSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import t from 'tap'
import {
  type Cases,
  type RouteInit,
  tcp,
  testReferences,
  to,
  toA,
  toClusterA,
} from '../../test/support/referring-resources.ts'
import { assignment, secret, vhdsRoutes } from '../../test/support/resources.ts'

function withRoutes(routes: readonly RouteInit[], mirrors: readonly string[] = []): Message {
  const requestMirrorPolicies = mirrors.map((cluster) => ({ cluster }))
  return create(RouteConfigurationSchema, { virtualHosts: [{ routes: [...routes], requestMirrorPolicies }] })
}

const ROUTES: Cases = [
  ['its cluster', withRoutes([to({ case: 'cluster', value: 'a' })]), ['cluster a']],
  [
    'its weighted clusters',
    withRoutes([to({ case: 'weightedClusters', value: { clusters: [{ name: 'a' }, { name: 'b' }] } })]),
    ['cluster a', 'cluster b'],
  ],
  [
    'the cluster that a filter of one route needs',
    create(RouteConfigurationSchema, {
      virtualHosts: [
        {
          routes: [{ typedPerFilterConfig: { tcp: tcp({ case: 'cluster', value: 'a' }) } }],
        },
      ],
    }),
    ['cluster a'],
  ],
  [
    'no weighted cluster that a header names',
    withRoutes([to({ case: 'weightedClusters', value: { clusters: [{ clusterHeader: 'x' }] } })]),
    [],
  ],
  ['no cluster that a header names', withRoutes([to({ case: 'clusterHeader', value: 'x' })]), []],
  [
    'the clusters it mirrors to, for a route and for a host',
    withRoutes([to({ case: 'cluster', value: 'a' }, 'm1', '')], ['m2']),
    ['cluster a', 'cluster m1', 'cluster m2'],
  ],
  [
    'no cluster if it answers the request itself',
    withRoutes([{ action: { case: 'directResponse', value: { status: 200 } } }]),
    [],
  ],
]

function extensionConfig(packed: Any): TypedExtensionConfig {
  return create(TypedExtensionConfigSchema, { name: 'e', typedConfig: packed })
}

const unknown = create(AnySchema, { typeUrl: 'type.googleapis.com/no.such.Message' })

const OTHERS: Cases = [
  ['nothing: an assignment', assignment('a', 1), []],
  ['nothing: a secret', secret('s', 'x'), []],
  ['its virtual hosts, which may be none: routes with VHDS', vhdsRoutes('r'), ['host r/* (optional)']],
  ['its cluster: a virtual host', create(VirtualHostSchema, toClusterA), ['cluster a']],
  ['what the filter refers to: the configuration of a filter', extensionConfig(toA), ['cluster a']],
  ['nothing: the configuration of an unknown filter', extensionConfig(unknown), []],
  [
    'its routes: a scope',
    create(ScopedRouteConfigurationSchema, { name: 's', routeConfigurationName: 'r' }),
    ['route r'],
  ],
  [
    'the clusters of its inline routes: a scope',
    create(ScopedRouteConfigurationSchema, { name: 's', routeConfiguration: { virtualHosts: [toClusterA] } }),
    ['cluster a'],
  ],
]

testReferences(t, 'a route configuration', ROUTES)
testReferences(t, 'another resource', OTHERS)
