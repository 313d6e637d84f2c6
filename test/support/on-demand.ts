// Listeners whose calls ask for virtual hosts and clusters on demand, and calls with a host and headers of their own.

import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { create } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import type { ConfigSource } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { OnDemandSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/on_demand/v3/on_demand_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { ads } from './resources.ts'

/**
 * A listener with the routes of its name, from RDS. A call waits until its virtual host has come or is known not to exist; with
 * `clusters`, also for its cluster, from there.
 */
export function onDemandListener(name: string, port: number, clusters?: ConfigSource): Listener {
  const onDemand = create(OnDemandSchema, clusters === undefined ? {} : { odcds: { source: clusters } })
  const typed = (filter: string, value: Any) => ({
    name: filter,
    configType: { case: 'typedConfig' as const, value },
  })
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix: name,
    routeSpecifier: { case: 'rds', value: { configSource: ads(), routeConfigName: name } },
    httpFilters: [
      typed('envoy.filters.http.on_demand', anyPack(OnDemandSchema, onDemand)),
      typed('envoy.filters.http.router', anyPack(RouterSchema, create(RouterSchema))),
    ],
  })
  const filters = [
    typed('envoy.filters.network.http_connection_manager', anyPack(HttpConnectionManagerSchema, manager)),
  ]
  const address = { address: '127.0.0.1', portSpecifier: { case: 'portValue' as const, value: port } }
  return create(ListenerSchema, {
    name,
    address: { address: { case: 'socketAddress', value: address } },
    filterChains: [{ filters }],
  })
}

/** The status and the body of the answer to a GET over a connection of its own. */
export async function callHost(
  port: number,
  host: string,
  headers: Readonly<Record<string, string>> = {},
  path = '/',
): Promise<string> {
  const sent = request({ host: '127.0.0.1', port, path, agent: new Agent(), headers: { host, ...headers } })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return `${response.statusCode} ${await text(response)}`.trimEnd()
}
