// Resources of the model that clients discover beside listeners, clusters and routes.

import { create } from '@bufbuild/protobuf'
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import {
  type TypedExtensionConfig,
  TypedExtensionConfigSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import type { Listener } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  type VirtualHost,
  VirtualHostSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { ExtAuthzSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js'
import {
  HttpConnectionManagerSchema,
  HttpFilterSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { type Runtime, RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import { createMessageRegistry } from '../../../xds-server/index.ts'
import { ads, routes } from '../../support/resources.ts'

/** The messages in which references are looked for. */
export const MESSAGES = createMessageRegistry([ExtAuthzSchema])

/** A configuration of a filter that calls a cluster. */
export function filter(name: string, cluster: string, content: number): TypedExtensionConfig {
  const authz = create(ExtAuthzSchema, {
    statPrefix: `${content}`,
    services: {
      case: 'grpcService',
      value: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: cluster } } },
    },
  })
  return create(TypedExtensionConfigSchema, { name, typedConfig: anyPack(ExtAuthzSchema, authz) })
}

export function layer(name: string, content: number): Runtime {
  return create(RuntimeSchema, { name, layer: { content } })
}

/** A virtual host that sends calls to a cluster. `…/all` serves every host that has none of its own. */
export function hostTo(name: string, cluster: string, content: number): VirtualHost {
  const hosts = routes(name, cluster).virtualHosts
  const domain = name.slice(name.lastIndexOf('/') + 1)
  return create(VirtualHostSchema, {
    routes: hosts.flatMap((host) => host.routes),
    name,
    domains: [domain === 'all' ? '*' : domain],
    requestHeadersToRemove: [`x-${content}`],
  })
}

const DISCOVERED = {
  case: 'configDiscovery' as const,
  value: { configSource: ads(), typeUrls: [`type.googleapis.com/${ExtAuthzSchema.typeName}`] },
}

/** An HTTP listener with a filter whose configuration comes by ECDS. */
export function withFilter(listener: Listener, name: string): Listener {
  for (const { filters } of listener.filterChains) {
    for (const { configType } of filters) {
      if (configType.case !== 'typedConfig') continue
      const manager = anyUnpack(configType.value, HttpConnectionManagerSchema)
      if (manager === undefined) throw new TypeError('the listener has no HTTP connection manager')
      manager.httpFilters.unshift(create(HttpFilterSchema, { name, configType: DISCOVERED }))
      configType.value = anyPack(HttpConnectionManagerSchema, manager)
    }
  }
  return listener
}
