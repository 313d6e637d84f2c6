// Filters whose configurations come by ECDS, in real Envoys: all four kinds of filter, defaults, NACKs, and changes under load.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack, durationFromMs } from '@bufbuild/protobuf/wkt'
import type { Cluster } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type { ConfigSource } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import {
  type TypedExtensionConfig,
  TypedExtensionConfigSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { HTTPFaultSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import { HeaderMutationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { UpstreamCodecSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/upstream_codec/v3/upstream_codec_pb.js'
import { TlsInspectorSchema } from '@envoy/xds-protos/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { type ResourceInput, typeUrlOf } from '../../xds-server/index.ts'
import { EXTENSION_CONFIG } from '../../xds-server/snapshot/resource-type.ts'
import { startVariants } from '../support/envoy-variants.ts'
import { untilState, untilSynced } from '../support/real-envoy.ts'
import { assignment, cluster } from '../support/resources.ts'

function packed<T extends DescMessage>(schema: T, init?: MessageInitShape<T>): Any {
  return anyPack(schema, create(schema, init))
}

function config<T extends DescMessage>(
  name: string,
  schema: T,
  init?: MessageInitShape<T>,
): TypedExtensionConfig {
  return create(TypedExtensionConfigSchema, { name, typedConfig: packed(schema, init) })
}

/** A filter that answers every request itself with this status. Envoy NACKs one below 200. */
function abort(name: string, httpStatus: number): TypedExtensionConfig {
  const percentage = { numerator: 100 }
  return config(name, HTTPFaultSchema, {
    abort: { errorType: { case: 'httpStatus', value: httpStatus }, percentage },
  })
}

function discovered(configSource: ConfigSource, schema: DescMessage, defaultConfig?: Any) {
  const typeUrls = [typeUrlOf(schema)]
  return {
    case: 'configDiscovery' as const,
    value: { configSource, typeUrls, ...(defaultConfig && { defaultConfig }) },
  }
}

function listenerOn(port: number, name: string, init: MessageInitShape<typeof ListenerSchema>): Listener {
  const portSpecifier = { case: 'portValue' as const, value: port }
  const address = create(AddressSchema, {
    address: { case: 'socketAddress', value: { address: '127.0.0.1', portSpecifier } },
  })
  return create(ListenerSchema, { ...init, name, address })
}

/** A listener whose HTTP filters of these names come by ECDS. `optional` has a default that does nothing. */
function httpListener(source: ConfigSource, port: number, ...names: string[]): Listener {
  const nothing = packed(HTTPFaultSchema)
  const manager = packed(HttpConnectionManagerSchema, {
    statPrefix: 'http',
    routeSpecifier: {
      case: 'routeConfig',
      value: create(RouteConfigurationSchema, {
        virtualHosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [
              {
                match: { pathSpecifier: { case: 'prefix', value: '/' } },
                action: { case: 'directResponse', value: { status: 200 } },
              },
            ],
          },
        ],
      }),
    },
    httpFilters: [
      ...names.map((name) => ({
        name,
        configType:
          name === 'optional'
            ? discovered({ ...source, initialFetchTimeout: durationFromMs(200) }, HTTPFaultSchema, nothing)
            : discovered(source, HTTPFaultSchema),
      })),
      { name: 'router', configType: { case: 'typedConfig', value: packed(RouterSchema) } },
    ],
  })
  return listenerOn(port, 'http', {
    listenerFilters: [{ name: 'inspect', configType: discovered(source, TlsInspectorSchema) }],
    filterChains: [{ filters: [{ name: 'manager', configType: { case: 'typedConfig', value: manager } }] }],
  })
}

/** A listener whose only filter, which leads to a cluster, comes by ECDS. */
function tcpListener(source: ConfigSource, port: number): Listener {
  const filters = [{ name: 'proxy', configType: discovered(source, TcpProxySchema) }]
  return listenerOn(port, 'tcp', { filterChains: [{ filters }] })
}

function proxyTo(name: string): TypedExtensionConfig {
  return config('proxy', TcpProxySchema, {
    statPrefix: 'tcp',
    clusterSpecifier: { case: 'cluster', value: name },
  })
}

/** A cluster with an upstream filter that comes by ECDS. */
function filteringCluster(name: string, source: ConfigSource): Cluster {
  const options = create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: { protocolConfig: { case: 'http2ProtocolOptions', value: {} } },
    },
    httpFilters: [
      { name: 'upstream', configType: discovered(source, HeaderMutationSchema) },
      { name: 'codec', configType: { case: 'typedConfig', value: packed(UpstreamCodecSchema) } },
    ],
  })
  const http = anyPack(HttpProtocolOptionsSchema, options)
  return { ...cluster(name), typedExtensionProtocolOptions: { [HttpProtocolOptionsSchema.typeName]: http } }
}

/** Greets each connection and closes it. */
async function startGreeter(): Promise<number> {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as { port: number }).port
}

/** What a new connection is greeted with. Empty if it is closed instead. */
async function greeting(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes
  })
  await Promise.race([once(socket, 'close'), once(socket, 'error').then(() => once(socket, 'close'))])
  return text
}

const greeter = await startGreeter()
const ports = new Map<ConfigSource, { readonly http: number; readonly tcp: number }>()
const FIRST = [
  abort('fault', 501),
  config('inspect', TlsInspectorSchema),
  config('upstream', HeaderMutationSchema),
  proxyTo('a'),
]

const yards = await startVariants({
  consistency: 'enforce',
  serve: async (cache, { source }) => {
    const own = { http: await freePort(), tcp: await freePort() }
    ports.set(source, own)
    cache.setSnapshot('fleet', [...rest(source, own), ...FIRST])
  },
})

/** Everything but configurations of filters. */
function rest(
  source: ConfigSource,
  { http, tcp }: { readonly http: number; readonly tcp: number },
): ResourceInput[] {
  return [
    filteringCluster('a', source),
    assignment('a', greeter),
    httpListener(source, http, 'fault', 'optional'),
    tcpListener(source, tcp),
  ]
}

for (const { title, cache, envoy, source, protocol, isAggregated } of yards) {
  const { http = 0, tcp = 0 } = ports.get(source) ?? {}
  const serve = (...configs: readonly TypedExtensionConfig[]) =>
    cache.setSnapshot('fleet', [...rest(source, { http, tcp }), ...configs])
  const [, ...others] = FIRST
  const status = async () => (await fetch(`http://127.0.0.1:${http}/`)).status

  t.test(`X66: filters of all kinds get their configuration (${title})`, async (t) => {
    await untilSynced(cache)
    await envoy.admin.waitUntilLive()
    t.equal(await status(), 501, 'an HTTP filter')
    t.equal(await greeting(tcp), 'hello', 'a network filter')
    const reloads = await envoy.admin.stats('^extension_config_discovery.*config_reload$')
    const kinds = [
      'http_filter.fault',
      'tcp_listener_filter.inspect',
      'network_filter.proxy',
      'upstream_http_filter.upstream',
    ]
    for (const kind of kinds) {
      t.equal(reloads.get(`extension_config_discovery.${kind}.config_reload`), 1, kind)
    }
  })

  t.test(`X66: a filter with a default works without a configuration (${title})`, async (t) => {
    serve(abort('fault', 501), ...others, abort('optional', 502))
    await untilSynced(cache)
    serve(config('fault', HTTPFaultSchema), ...others, abort('optional', 502))
    await untilSynced(cache)
    t.equal(await status(), 502)
    serve(config('fault', HTTPFaultSchema), ...others)
    await untilSynced(cache)
    t.equal(await status(), protocol === 'delta' ? 200 : 502, 'SotW has no way to remove it')
  })

  t.test(`X68: a NACK of one configuration does not keep another from Envoy (${title})`, async (t) => {
    serve(abort('fault', 99), ...others, abort('optional', 503))
    const { types } = await untilState(cache, 'NACKED')
    t.match(types[EXTENSION_CONFIG]?.nack, {
      message: /FaultAbortValidationError.HttpStatus/,
      names: ['fault'],
    })
    t.equal(await status(), 503, 'the good one is in effect')
    serve(abort('fault', 504), ...others, abort('optional', 503))
    await untilState(cache, 'SYNCED')
    t.equal(await status(), 504)
  })

  if (!isAggregated) continue
  t.test(`X67: no connection fails while a filter moves from cluster to cluster (${title})`, async (t) => {
    const greetings: string[] = []
    let isOver = false
    const load = (async () => {
      while (!isOver) greetings.push(await greeting(tcp))
    })()
    for (let round = 1; round <= 10; round += 1) {
      const [, , ...listeners] = rest(source, { http, tcp })
      const name = `orders-${round}`
      cache.setSnapshot('fleet', [
        filteringCluster(name, source),
        assignment(name, greeter),
        ...listeners,
        abort('fault', 504),
        ...others.filter((one) => one.name !== 'proxy'),
        proxyTo(name),
      ])
      await untilSynced(cache)
    }
    isOver = true
    await load
    t.same([...new Set(greetings)], ['hello'], `of ${greetings.length} connections`)
  })
}
