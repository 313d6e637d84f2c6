// The short forms in scripts: `CDS` for a type URL, `a=1` for a resource named a with the content 1.

import { create } from '@bufbuild/protobuf'
import { AnySchema, anyPack } from '@bufbuild/protobuf/wkt'
import {
  type TypedExtensionConfig,
  TypedExtensionConfigSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { FilterChainSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_components_pb.js'
import type { Listener } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  type VirtualHost,
  VirtualHostSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import { createResources, type Resource, type ResourceInput } from '../../xds-server/snapshot/resource.ts'
import { type ErrorDetail, keepEqualErrors } from '../../xds-server/snapshot/resource-error.ts'
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  RUNTIME,
  SECRET,
  typeUrlOf,
} from '../../xds-server/snapshot/resource-type.ts'
import { createSnapshot, type Snapshot } from '../../xds-server/snapshot/snapshot.ts'
import { createTypeSnapshot } from '../../xds-server/snapshot/type-snapshot.ts'
import type { NamedError } from '../../xds-server/type-state/resource-errors.ts'
import { scoped } from './referring-resources.ts'
import {
  ads,
  assignment,
  badCluster,
  cluster,
  httpListener,
  routes,
  secret,
  tcpListener,
  vhdsRoutes,
} from './resources.ts'

const PERMISSION_DENIED = 7

/** A type that Switchyard does not know. */
export const UNKNOWN = 'type.googleapis.com/test.v1.Unknown'

/** Each type with a function that makes its resources. The content is a number, or a word that the type defines. */
const TYPES: Readonly<Record<string, readonly [string, (name: string, content: string) => ResourceInput]>> = {
  SDS: [SECRET, secret],
  CDS: [CLUSTER, (name, content) => (content === 'bad' ? badCluster(name) : cluster(name, Number(content)))],
  EDS: [
    ENDPOINT,
    (name, content) =>
      content === 'empty'
        ? create(ClusterLoadAssignmentSchema, { clusterName: name })
        : assignment(name, Number(content)),
  ],
  ECDS: [EXTENSION_CONFIG, extensionConfig],
  RTDS: [RUNTIME, (name, content) => create(RuntimeSchema, { name, layer: { key: content } })],
  LDS: [LISTENER, listener],
  SRDS: [
    typeUrlOf(ScopedRouteConfigurationSchema),
    (name, routeConfigurationName) =>
      create(ScopedRouteConfigurationSchema, { name, routeConfigurationName }),
  ],
  // `2:vhds` gets its virtual hosts by VHDS, and anything else is the cluster that it leads to.
  RDS: [
    ROUTE,
    (name, content) => {
      const [number, source] = content.split(':')
      return source === 'vhds' ? vhdsRoutes(name, number) : routes(name, content)
    },
  ],
  VHDS: [typeUrlOf(VirtualHostSchema), virtualHost],
  UNKNOWN: [
    UNKNOWN,
    (name, content) => ({
      name,
      resource: create(AnySchema, { typeUrl: UNKNOWN, value: Buffer.from(`${name}=${content}`) }),
    }),
  ],
}

/** `CDS` → its type URL. */
export function typeUrlFor(shortName: string): string {
  return entryOf(shortName)[0]
}

/** A type URL → `CDS`. */
export function shortNameOf(typeUrl: string): string {
  const [found] = Object.entries(TYPES).find(([, [known]]) => known === typeUrl) ?? []
  if (found === undefined) throw new Error(`scripts have no short name for ${typeUrl}`)
  return found
}

/** `2:b` leads to the cluster b, and `2` nowhere. */
function extensionConfig(name: string, content: string): TypedExtensionConfig {
  const [number = '', cluster] = content.split(':')
  const typedConfig = cluster === undefined ? { typeUrl: number } : toCluster(cluster, number)
  return create(TypedExtensionConfigSchema, { name, typedConfig })
}

function toCluster(cluster: string, statPrefix: string) {
  const clusterSpecifier = { case: 'cluster' as const, value: cluster }
  return anyPack(TcpProxySchema, create(TcpProxySchema, { statPrefix, clusterSpecifier }))
}

/** `a,b` has these domains, and `a>c` leads to the cluster c. */
function virtualHost(name: string, content: string): VirtualHost {
  const [domains = '', cluster = ''] = content.split('>')
  const [routed] = cluster === '' ? [] : routes(name, cluster).virtualHosts
  return create(VirtualHostSchema, { name, domains: domains.split(','), routes: routed?.routes ?? [] })
}

/** A listener whose filter comes by ECDS under the name of the listener. */
function discoveringListener(name: string, port: number): Listener {
  const configType = { case: 'configDiscovery' as const, value: { configSource: ads() } }
  return {
    ...tcpListener(name, port, ''),
    filterChains: [create(FilterChainSchema, { filters: [{ name, configType }] })],
  }
}

/** A listener whose routes come by the scopes that it is sent. */
function scopedListener(name: string, port: number): Listener {
  const scopes = {
    case: 'scopedRds' as const,
    value: { scopedRdsConfigSource: ads(), srdsResourcesLocator: '' },
  }
  return {
    ...tcpListener(name, port, ''),
    filterChains: [
      create(FilterChainSchema, {
        filters: [{ name, configType: { case: 'typedConfig', value: scoped(scopes, ads()) } }],
      }),
    ],
  }
}

/**
 * `2` leads to the cluster a, `2:b` to the cluster b, `2:rds` to routes of the listener's name, `2:srds` to scopes, and `2:ecds` to a
 * filter of its name.
 */
function listener(name: string, content: string) {
  const [number = '', ...rest] = content.split(':')
  const target = rest.length === 0 ? 'a' : rest.join(':')
  if (target === 'ecds') return discoveringListener(name, Number(number))
  if (target === 'srds') return scopedListener(name, Number(number))
  return target === 'rds' ? httpListener(name, Number(number)) : tcpListener(name, Number(number), target)
}

const contents = new Map<string, string>()

/** The resource of `a=1`, or of `a=1~9000` with a TTL of 9,000 ms. */
export function resourceFor(shortName: string, text: string): Resource {
  // A name may have context parameters.
  const at = text.lastIndexOf('=')
  const [name, value] = [text.slice(0, at), text.slice(at + 1)]
  const [content = '', ttlMs] = value.split('~')
  const [, build] = entryOf(shortName)
  const [plain] = createResources([build(name, content)])
  const [resource] = plain && ttlMs ? createResources([{ resource: plain, ttlMs: Number(ttlMs) }]) : [plain]
  if (resource === undefined) throw new Error(`"${text}" does not describe a resource`)
  contents.set(resource.version, content)
  return resource
}

/** The snapshot of `CDS a=1 b=1 | EDS a=1 b!denied`. A type that is not named is unchanged. */
export function snapshotFor(text: string, sequence: number, previous?: Snapshot): Snapshot {
  const types = new Map(previous?.given)
  const given = new Map(previous?.errors)
  for (const part of text.split(' | ')) {
    const [type = '', ...words] = part.split(' ')
    const made = words.filter((word) => !word.includes('!')).map((word) => resourceFor(type, word))
    types.set(typeUrlFor(type), createTypeSnapshot(typeUrlFor(type), made))
    given.set(typeUrlFor(type), new Map(words.filter((word) => word.includes('!')).map(errorFor)))
  }
  const errors = keepEqualErrors(previous?.errors, given)
  return { ...createSnapshot('fleet', sequence, types, previous), ...(errors && { errors }) }
}

/** The error of `a!denied`. */
function errorFor(text: string): readonly [string, ErrorDetail] {
  const [name = '', message = ''] = text.split('!')
  return [name, { code: PERMISSION_DENIED, message }]
}

/** An error → `a!denied`, or `a!` if nobody gave the name an error. */
export function errorTextOf({ name, code, message }: NamedError): string {
  return `${name}!${code === PERMISSION_DENIED ? message : ''}`
}

/** A snapshot of one type. */
export function snapshotOf(typeUrl: string, inputs: readonly ResourceInput[], sequence: number): Snapshot {
  const types = new Map([[typeUrl, createTypeSnapshot(typeUrl, createResources(inputs))]])
  return createSnapshot('fleet', sequence, types)
}

/** A resource → `a=1`. An unnamed one is the empty assignment that the cache makes for a cluster without endpoints. */
export function textOf({ name, version }: Resource): string {
  return `${name}=${contents.get(version) ?? 'empty'}`
}

function entryOf(shortName: string) {
  const entry = TYPES[shortName]
  if (entry === undefined) throw new Error(`"${shortName}" is not one of ${Object.keys(TYPES).join(', ')}`)
  return entry
}
