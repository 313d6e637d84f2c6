// Resources that refer to others, for the tests of references.

import {
  create,
  type DescMessage,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import {
  type ConfigSource,
  ConfigSourceSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  type Route,
  RouteMatchSchema,
  RouteSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { HttpGrpcAccessLogConfigSchema } from '@envoy/xds-protos/envoy/extensions/access_loggers/grpc/v3/als_pb.js'
import { ExtAuthzSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js'
import { JwtAuthenticationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import {
  HttpConnectionManagerSchema,
  type HttpFilterSchema,
  type ScopedRoutesSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import type { Test } from 'tap'
import { createMessageRegistry } from '../../xds-server/snapshot/message-registry.ts'
import type { ResourceReference } from '../../xds-server/snapshot/references.ts'
import { createResources } from '../../xds-server/snapshot/resource.ts'
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  ROUTE,
  SCOPED_ROUTE,
  SECRET,
  VIRTUAL_HOST,
} from '../../xds-server/snapshot/resource-type.ts'

const SHORT = new Map([
  [CLUSTER, 'cluster'],
  [ENDPOINT, 'endpoint'],
  [ROUTE, 'route'],
  [SECRET, 'secret'],
  [EXTENSION_CONFIG, 'extension'],
  [SCOPED_ROUTE, 'scope'],
  [VIRTUAL_HOST, 'host'],
])

/** What the library looks into with these registered, beside the messages that it always knows. */
const messages = createMessageRegistry([
  ExtAuthzSchema,
  HttpGrpcAccessLogConfigSchema,
  JwtAuthenticationSchema,
])

export function referencesOf(resource: Message): readonly ResourceReference[] {
  return createResources([{ name: 'r', resource }], { messages })[0]?.references ?? []
}

function describe({ typeUrl, name, isOptional }: ResourceReference): string {
  return `${SHORT.get(typeUrl)} ${name}${isOptional ? ' (optional)' : ''}`
}

export function source(kind: 'ads' | 'self'): ConfigSource {
  return create(ConfigSourceSchema, { configSourceSpecifier: { case: kind, value: {} } })
}

export const elsewhere = create(ConfigSourceSchema, {
  configSourceSpecifier: { case: 'path', value: '/file' },
})
export const otherServer = create(ConfigSourceSchema, {
  configSourceSpecifier: {
    case: 'apiConfigSource',
    value: {
      grpcServices: [{ targetSpecifier: { case: 'envoyGrpc', value: { clusterName: 'other_xds' } } }],
    },
  },
})

export type Cases = readonly [what: string, resource: Message, expected: readonly string[]][]

export function discovered(name: string, configSource: ConfigSource, defaultConfig?: Any) {
  const value = { configSource, ...(defaultConfig && { defaultConfig }) }
  return { name, configType: { case: 'configDiscovery' as const, value } }
}

export function typed(value: Any) {
  return { configType: { case: 'typedConfig' as const, value } }
}

export function socket<T extends DescMessage>(schema: T, message: MessageShape<T>) {
  return { transportSocket: typed(anyPack(schema, message)) }
}

export function withFilters(...filters: Any[]): Message {
  return create(ListenerSchema, { filterChains: [{ filters: filters.map(typed) }] })
}

export function tcp(
  clusterSpecifier: MessageInitShape<typeof TcpProxySchema>['clusterSpecifier'] & object,
): Any {
  return anyPack(TcpProxySchema, create(TcpProxySchema, { clusterSpecifier }))
}

export function http(
  routeSpecifier: MessageInitShape<typeof HttpConnectionManagerSchema>['routeSpecifier'] & object,
): Any {
  return anyPack(HttpConnectionManagerSchema, create(HttpConnectionManagerSchema, { routeSpecifier }))
}

export type Scopes = MessageInitShape<typeof ScopedRoutesSchema>['configSpecifier'] & object

export function scoped(configSpecifier: Scopes, rdsConfigSource: ConfigSource): Any {
  return http({ case: 'scopedRoutes', value: { name: 's', rdsConfigSource, configSpecifier } })
}

export function httpFilters(...filters: MessageInitShape<typeof HttpFilterSchema>[]): Any {
  return anyPack(HttpConnectionManagerSchema, create(HttpConnectionManagerSchema, { httpFilters: filters }))
}

export function typedConfig<T extends DescMessage>(schema: T, message: MessageShape<T>) {
  return typed(anyPack(schema, message))
}

export function filter<T extends DescMessage>(name: string, schema: T, init: MessageInitShape<T>) {
  return { name, ...typedConfig(schema, create(schema, init)) }
}

export function envoyGrpc(clusterName: string) {
  return { targetSpecifier: { case: 'envoyGrpc' as const, value: { clusterName } } }
}

export const toClusterA = { routes: [to({ case: 'cluster', value: 'a' })] }

export const toA = tcp({ case: 'cluster', value: 'a' })
export const rds = (configSource: ConfigSource) =>
  http({ case: 'rds', value: { routeConfigName: 'r', configSource } })

export type RouteInit = MessageInitShape<typeof RouteSchema>
export type Target = (RouteInit['action'] & { readonly case: 'route' })['value']['clusterSpecifier'] & object

export function to(clusterSpecifier: Target, ...mirrors: string[]): RouteInit {
  const requestMirrorPolicies = mirrors.map((cluster) => ({ cluster }))
  return { action: { case: 'route', value: { clusterSpecifier, requestMirrorPolicies } } }
}

/** A route for every path. */
export function routeTo(target: Target, ...mirrors: string[]): Route {
  const match = create(RouteMatchSchema, { pathSpecifier: { case: 'prefix', value: '' } })
  return create(RouteSchema, { ...create(RouteSchema, to(target, ...mirrors)), match })
}

/** Tests that each resource of a table refers to exactly these names. */
export function testReferences(t: Test, kind: string, cases: Cases): void {
  for (const [what, resource, expected] of cases) {
    t.test(`X49: ${kind} refers to ${what}`, async (t) => {
      t.same(referencesOf(resource).map(describe), expected)
    })
  }
}
