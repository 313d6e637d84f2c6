// Scoped routes with a real Envoy: it asks for scopes without names, and in SotW it deletes each scope that a response leaves out.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { startEnvoy, untilSynced } from '../support/real-envoy.ts'
import { ads, assignment, cluster, routes } from '../support/resources.ts'

/** A listener that chooses the route configuration of a call by its header `x-scope`. */
function scopedListener(port: number) {
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
        configSpecifier: { case: 'scopedRds', value: { scopedRdsConfigSource: ads() } },
      },
    },
    httpFilters: [
      {
        name: 'router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  })
  const filter = { name: 'http', typedConfig: anyPack(HttpConnectionManagerSchema, manager) }
  return create(ListenerSchema, {
    name: 'main',
    address: {
      address: {
        case: 'socketAddress',
        value: { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: port } },
      },
    },
    filterChains: [
      {
        filters: [{ name: filter.name, configType: { case: 'typedConfig', value: filter.typedConfig } }],
      },
    ],
  })
}

function scope(name: string, routeConfigurationName: string) {
  const key = { fragments: [{ type: { case: 'stringKey' as const, value: name } }] }
  return create(ScopedRouteConfigurationSchema, { name, routeConfigurationName, key })
}

for (const protocol of ['delta', 'sotw'] as const) {
  t.test(`X18, X24: Envoy gets all scopes, and keeps them when one changes (${protocol})`, async (t) => {
    const cache = new SnapshotCache({ consistency: 'enforce' })
    const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
    t.teardown(() => server.close())
    const envoy = await startEnvoy(t, server.address, protocol)
    const scopesInEnvoy = async () => {
      const name = 'http.main.scoped_rds.scopes.active_scopes'
      return (await envoy.admin.stats(name)).get(name)
    }
    const rest = [
      cluster('a'),
      assignment('a', 1),
      scopedListener(await freePort()),
      routes('r1', 'a'),
      routes('r2', 'a'),
    ]
    cache.setSnapshot('fleet', [...rest, scope('one', 'r1'), scope('two', 'r1')])
    await untilSynced(cache)
    t.equal(await scopesInEnvoy(), 2)
    cache.setSnapshot('fleet', [...rest, scope('one', 'r2'), scope('two', 'r1')])
    await untilSynced(cache)
    t.equal(await scopesInEnvoy(), 2, 'the scope that did not change is still there')
    cache.setSnapshot('fleet', [...rest, scope('one', 'r2')])
    await untilSynced(cache)
    t.equal(await scopesInEnvoy(), 1, 'a removed scope is gone')
  })
}
