// Scoped routes (SRDS) with real Envoys: they ask for scopes without names, and in SotW they delete each scope that a response
// leaves out.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type { ConfigSource } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import {
  type ScopedRouteConfiguration,
  ScopedRouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { OnDemandSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/on_demand/v3/on_demand_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import type { ResourceInput } from '../../xds-server/index.ts'
import { SCOPED_ROUTE, VIRTUAL_HOST } from '../../xds-server/snapshot/resource-type.ts'
import { startVariants } from '../support/envoy-variants.ts'
import { callHost } from '../support/on-demand.ts'
import { untilInEffect, untilState, untilSynced } from '../support/real-envoy.ts'
import { ads, vhdsRoutes, virtualHost } from '../support/resources.ts'

const ON_DEMAND = {
  name: 'on_demand',
  configType: { case: 'typedConfig' as const, value: anyPack(OnDemandSchema, create(OnDemandSchema)) },
}

/** A listener that chooses the route configuration of a request by its header `x-scope`. */
function scopedListener(port: number, source: ConfigSource, onDemand = false): Listener {
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix: 'main',
    routeSpecifier: {
      case: 'scopedRoutes',
      value: {
        name: 'scopes',
        rdsConfigSource: ads(),
        scopeKeyBuilder: {
          fragments: [
            {
              type: {
                case: 'headerValueExtractor',
                value: { name: 'x-scope', extractType: { case: 'index', value: 0 } },
              },
            },
          ],
        },
        configSpecifier: { case: 'scopedRds', value: { scopedRdsConfigSource: source } },
      },
    },
    httpFilters: [
      ...(onDemand ? [ON_DEMAND] : []),
      {
        name: 'router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  })
  const filter = { name: 'http', typedConfig: anyPack(HttpConnectionManagerSchema, manager) }
  const portSpecifier = { case: 'portValue' as const, value: port }
  return create(ListenerSchema, {
    name: 'main',
    address: create(AddressSchema, {
      address: { case: 'socketAddress', value: { address: '127.0.0.1', portSpecifier } },
    }),
    filterChains: [
      {
        filters: [{ name: filter.name, configType: { case: 'typedConfig', value: filter.typedConfig } }],
      },
    ],
  })
}

/** Answers each request itself, with this status. */
function answering(name: string, status: number): RouteConfiguration {
  const routes = [
    {
      match: { pathSpecifier: { case: 'prefix' as const, value: '/' } },
      action: { case: 'directResponse' as const, value: { status } },
    },
  ]
  return create(RouteConfigurationSchema, { name, virtualHosts: [{ name, domains: ['*'], routes }] })
}

/** The scope of requests with this value of the header; by default that is its name. */
function scope(name: string, routes: string, value = name): ScopedRouteConfiguration {
  const key = { fragments: [{ type: { case: 'stringKey' as const, value } }] }
  return create(ScopedRouteConfigurationSchema, { name, routeConfigurationName: routes, key })
}

const ports = new Map<ConfigSource, number>()
const ROUTES = [answering('r1', 201), answering('r2', 202)]

const yards = await startVariants({
  consistency: 'enforce',
  serve: async (cache, { source }) => {
    const port = await freePort()
    ports.set(source, port)
    cache.setSnapshot('fleet', [
      scopedListener(port, source),
      ...ROUTES,
      scope('one', 'r1'),
      scope('two', 'r1'),
    ])
  },
})

for (const { title, cache, envoy, source } of yards) {
  const port = ports.get(source) ?? 0
  const serve = (...resources: readonly ResourceInput[]) =>
    cache.setSnapshot('fleet', [scopedListener(port, source), ...ROUTES, ...resources])
  const statuses = () =>
    Promise.all(
      ['one', 'two', 'three'].map(
        async (value) => (await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-scope': value } })).status,
      ),
    )
  const scopesInEnvoy = async () => {
    const name = 'http.main.scoped_rds.scopes.active_scopes'
    return (await envoy.admin.stats(name)).get(name)
  }

  t.test(`X18, X24, X66: Envoy gets all scopes, and keeps them when one changes (${title})`, async (t) => {
    const [node] = await untilSynced(cache)
    t.match(node?.types[SCOPED_ROUTE], { wildcard: true, names: 0 }, 'it names none')
    await envoy.admin.waitUntilLive()
    t.same([await scopesInEnvoy(), await statuses()], [2, [201, 201, 404]])
    serve(scope('one', 'r2'), scope('two', 'r1'))
    await untilSynced(cache)
    t.same([await scopesInEnvoy(), await statuses()], [2, [202, 201, 404]], 'one has changed')
    serve(scope('one', 'r2'), scope('two', 'r1'), scope('three', 'r1'))
    await untilSynced(cache)
    t.same([await scopesInEnvoy(), await statuses()], [3, [202, 201, 201]], 'one is new')
    serve(scope('one', 'r2'))
    await untilSynced(cache)
    t.same([await scopesInEnvoy(), await statuses()], [1, [202, 404, 404]], 'two are gone')
  })

  t.test(`X18, X24, X66: Envoy NACKs two scopes with one key, and keeps its own (${title})`, async (t) => {
    serve(scope('one', 'r2'), scope('two', 'r1', 'one'))
    const { types } = await untilState(cache, 'NACKED')
    t.match(types[SCOPED_ROUTE]?.nack?.message, /scope key conflict found/)
    t.same(await statuses(), [202, 404, 404])
    serve(scope('one', 'r2'), scope('two', 'r1'))
    await untilState(cache, 'SYNCED')
    t.same(await statuses(), [202, 201, 404])
  })

  if (title === 'delta on ADS') {
    t.test(
      'X42, X60, X66: behind a scope, Envoy gets virtual hosts without asking for those of calls, beside a listener that drains',
      async (t) => {
        const hosts = (...names: string[]) => names.map((name) => virtualHost('hosts', name))
        const discovered = (...names: string[]) => [
          scopedListener(port, source, true),
          vhdsRoutes('hosts'),
          scope('one', 'hosts'),
          ...hosts(...names),
        ]
        cache.setSnapshot('fleet', discovered('a.example'))
        await untilInEffect(cache, envoy)
        const call = (host: string) => callHost(port, host, { 'x-scope': 'one' })
        t.equal(await call('a.example'), '200 hosts/a.example')
        t.equal(await call('b.example'), '404', 'the filter on_demand does not wait for it')
        cache.setSnapshot('fleet', discovered('a.example', 'b.example'))
        const [node] = await untilSynced(cache)
        t.equal(await call('b.example'), '200 hosts/b.example')
        t.match(node?.types[VIRTUAL_HOST], { wildcard: true, names: 0 }, 'Envoy has named no host')
      },
    )
  }
}
