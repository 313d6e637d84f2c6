// The rules of each type, and what a type URL looks like.

import t from 'tap'
import {
  CLUSTER,
  canonicalTypeUrl,
  ENDPOINT,
  isTypeUrl,
  LISTENER,
  ROUTE,
  resourceTypeOf,
  SCOPED_ROUTE,
  SECRET,
  STAGES,
  VIRTUAL_HOST,
} from './resource-type.ts'

const V3 = 'type.googleapis.com/envoy.config'

t.test('the constants are the type URLs of xDS v3', async (t) => {
  t.equal(CLUSTER, `${V3}.cluster.v3.Cluster`)
  t.equal(ENDPOINT, `${V3}.endpoint.v3.ClusterLoadAssignment`)
  t.equal(LISTENER, `${V3}.listener.v3.Listener`)
  t.equal(ROUTE, `${V3}.route.v3.RouteConfiguration`)
  t.equal(SCOPED_ROUTE, `${V3}.route.v3.ScopedRouteConfiguration`)
  t.equal(SECRET, 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret')
})

t.test(
  'X14, X67: pushes go by secrets, clusters, endpoints, filters, listeners, routes, virtual hosts',
  async (t) => {
    const order = [
      [SECRET],
      [CLUSTER],
      [ENDPOINT],
      ['type.googleapis.com/envoy.service.runtime.v3.Runtime', 'type.googleapis.com/no.such.Message'],
      [`${V3}.core.v3.TypedExtensionConfig`],
      [LISTENER],
      [SCOPED_ROUTE],
      [ROUTE],
      [`${V3}.route.v3.VirtualHost`],
    ]
    for (const [place, typeUrls] of order.entries()) {
      for (const typeUrl of typeUrls) t.equal(resourceTypeOf(typeUrl).order, place, typeUrl)
    }
    t.same(STAGES, ['dependencies', 'filters', 'listeners', 'scopes', 'routes', 'virtual-hosts'])
    const stages = order.map(([typeUrl = '']) => resourceTypeOf(typeUrl).stage)
    t.same(stages, [
      'dependencies',
      'dependencies',
      'dependencies',
      'dependencies',
      'filters',
      'listeners',
      'scopes',
      'routes',
      'virtual-hosts',
    ])
    for (const typeUrl of order[3] ?? []) t.equal(resourceTypeOf(typeUrl).stage, 'dependencies')
  },
)

t.test(
  'X18, X24: clusters, listeners and scopes have the legacy wildcard and travel whole, virtual hosts only the wildcard',
  async (t) => {
    for (const typeUrl of [CLUSTER, LISTENER, SCOPED_ROUTE]) {
      t.match(resourceTypeOf(typeUrl), { legacyWildcard: true, fullStateInSotw: true })
    }
    t.match(resourceTypeOf(VIRTUAL_HOST), { legacyWildcard: true, fullStateInSotw: false })
    for (const typeUrl of [ENDPOINT, ROUTE, SECRET, 'type.googleapis.com/no.such.Message']) {
      t.match(resourceTypeOf(typeUrl), { typeUrl, legacyWildcard: false, fullStateInSotw: false })
    }
  },
)

t.test('only the part after the last slash names a type', async (t) => {
  for (const typeUrl of [CLUSTER, CLUSTER.replace('.com', '.org'), CLUSTER.replace('/', '/a/b/')]) {
    t.equal(canonicalTypeUrl(typeUrl), CLUSTER)
  }
  t.equal(canonicalTypeUrl('envoy.config.cluster.v3.Cluster'), 'envoy.config.cluster.v3.Cluster')
})

t.test('a type URL is the prefix and a full message name', async (t) => {
  for (const typeUrl of [CLUSTER, 'type.googleapis.com/a.B', 'type.googleapis.com/_a.b2.C_3']) {
    t.ok(isTypeUrl(typeUrl), typeUrl)
  }
  const bad = [
    '',
    'envoy.config.cluster.v3.Cluster',
    'type.googleapis.com/',
    'type.googleapis.com/Cluster',
    'type.googleapis.com/a.',
    'type.googleapis.com/a.2b',
    'type.googleapis.com/2a.b',
    'type.googleapis.com/a..b',
    'type.googleapis.com/a.b ',
    'type.googleapis.com/a.b.',
    'typeXgoogleapis.com/a.b',
    'type.googleapisXcom/a.b',
    ' type.googleapis.com/a.b',
    'type.googleapis.com/a.b\n',
  ]
  for (const typeUrl of bad) t.notOk(isTypeUrl(typeUrl), JSON.stringify(typeUrl))
})
