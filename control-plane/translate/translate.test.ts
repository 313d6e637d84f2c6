// A fleet's resources as a whole: what is there, what is not, and that equal configs give equal bytes.

import type { Message } from '@bufbuild/protobuf'
import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { resourceJson } from '../../test/support/resource-json.ts'
import { sampleConfig, sampleWith } from '../../test/support/sample-config.ts'
import { findDanglingReferences, SnapshotCache } from '../../xds-server/index.ts'
import type { Config } from '../document/model.ts'
import { translate, translateFleet } from './translate.ts'

function namesOf(resources: readonly Message[]): string[] {
  return resources.map((resource) => {
    const { name, clusterName } = resourceJson(resource)
    return `${resource.$typeName.replace(/.*\./, '')} ${clusterName ?? name}`
  })
}

const SUPPLY = [
  'Cluster echo',
  'Cluster echo-v2',
  'ClusterLoadAssignment echo',
  'ClusterLoadAssignment echo-v2',
]

t.test('in mode l4 there are no routes, and the clusters of both halves', async (t) => {
  t.same(namesOf(translateFleet(sampleWith({}), 'edge')), [...SUPPLY, 'Listener main'])
})

t.test('in mode l7 each listener has its routes', async (t) => {
  const config = sampleWith({
    'fleets.edge.lb.mode': 'l7',
    'fleets.edge.listeners.second': { port: 10001, l7: { routes: 'public' } },
  })
  t.same(namesOf(translateFleet(config, 'edge')), [
    ...SUPPLY,
    'Listener main',
    'Listener second',
    'RouteConfiguration main',
    'RouteConfiguration second',
  ])
})

t.test('what no listener refers to is left out', async (t) => {
  const config = sampleWith({ 'fleets.edge.listeners.main': { port: 1, l4: { upstream: 'echo-v2' } } })
  t.same(namesOf(translateFleet(config, 'edge')), [
    'Cluster echo-v2',
    'ClusterLoadAssignment echo-v2',
    'Listener main',
  ])
  t.same(translateFleet(sampleWith({ 'fleets.edge.listeners': {} }), 'edge'), [])
})

t.test("the fleet's policy holds for the upstreams that have none of their own", async (t) => {
  const config = sampleWith({ 'fleets.edge.lb': { mode: 'l4', policy: 'random' } })
  const [echo, second] = translateFleet(config, 'edge').map(resourceJson)
  t.match(JSON.stringify(echo), /load_balancing_policies\.random"/)
  t.match(JSON.stringify(second), /load_balancing_policies\.ring_hash"/)
})

t.test('each resource has the path of the entry that it is made from', async (t) => {
  const { resources, provenance } = translate(sampleWith({ 'fleets.edge.lb.mode': 'l7' }), 'edge')
  const at = 'type.googleapis.com/envoy.config'
  t.same(Object.fromEntries(provenance), {
    [`${at}.cluster.v3.Cluster echo`]: 'upstreams.echo',
    [`${at}.cluster.v3.Cluster echo-v2`]: 'upstreams.echo-v2',
    [`${at}.endpoint.v3.ClusterLoadAssignment echo`]: 'upstreams.echo.endpoints',
    [`${at}.endpoint.v3.ClusterLoadAssignment echo-v2`]: 'upstreams.echo-v2.endpoints',
    [`${at}.listener.v3.Listener main`]: 'fleets.edge.listeners.main',
    [`${at}.route.v3.RouteConfiguration main`]: 'routes.public',
  })
  t.equal(resources.length, provenance.size)
})

t.test('a name that is not a plain step of a path is quoted in it', async (t) => {
  const { upstreams } = sampleConfig()
  const config = {
    ...sampleWith({ 'fleets.edge.listeners.main.l4.upstream': 'echo.v3' }),
    upstreams: { ...upstreams, 'echo.v3': upstreams.echo },
  }
  const { provenance } = translate(config, 'edge')
  t.equal(
    provenance.get('type.googleapis.com/envoy.config.cluster.v3.Cluster echo.v3'),
    'upstreams["echo.v3"]',
  )
})

t.test('every reference leads somewhere, in both modes', async (t) => {
  for (const mode of ['l4', 'l7']) {
    const cache = new SnapshotCache()
    const config = sampleWith({ 'fleets.edge.lb.mode': mode })
    t.same(findDanglingReferences(cache.setSnapshot('edge', translateFleet(config, 'edge'))), [])
  }
})

t.test('X29: the order in which maps are written changes no byte', async () => {
  const versionsOf = (config: Config) => {
    const { types } = new SnapshotCache().setSnapshot('edge', translateFleet(config, 'edge'))
    return JSON.stringify([...types].map(([typeUrl, { version }]) => [typeUrl, version]))
  }
  const config = sampleWith({ 'fleets.edge.lb.mode': 'l7' })
  const expected = versionsOf(config)
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 50, maxLength: 50 }), (choices) => {
      return versionsOf(shuffleMaps(config, choices.values())) === expected
    }),
    { verbose: true },
  )
})

t.test('the sample itself is not changed by translating it', async (t) => {
  const config = sampleConfig()
  translateFleet(config, 'edge')
  t.same(config, sampleConfig())
})

/** The same value with the keys of its objects in another order. */
function shuffleMaps<T>(value: T, choices: Iterator<number>): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => ({
    rank: choices.next().value ?? 0,
    entry: [key, shuffleMaps(inner, choices)] as const,
  }))
  return Object.fromEntries(entries.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry)) as T
}

t.test('a fleet of a kind that translation does not know is a clear error', async (t) => {
  const config = sampleWith({ 'fleets.edge.kind': 'mesh' })
  t.throws(() => translateFleet(config, 'edge'), {
    code: 'internal',
    message: 'fleet "edge" has the kind "mesh", which translation does not know',
  })
})
