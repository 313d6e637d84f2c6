// A snapshot keeps unchanged parts, and adds empty assignments for clusters that would wait for them.

import { create, fromBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { type Cluster, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import { elsewhere } from '../../test/support/referring-resources.ts'
import {
  assignment,
  badCluster,
  cluster,
  clusterFrom,
  routes,
  separateCluster,
  tcpListener,
} from '../../test/support/resources.ts'
import { findDanglingReferences } from './consistency.ts'
import { createResources, type ResourceInput } from './resource.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET } from './resource-type.ts'
import {
  atAddress,
  createSnapshot,
  namesReferredTo,
  retiredResource,
  type Snapshot,
  typeIn,
} from './snapshot.ts'
import { createTypeSnapshot, emptyTypeSnapshot } from './type-snapshot.ts'

function snapshotOf(
  inputs: readonly ResourceInput[],
  options: { readonly versions?: Readonly<Record<string, string>>; readonly previous?: Snapshot } = {},
): Snapshot {
  const { versions = {}, previous } = options
  const types = [...Map.groupBy(createResources(inputs), ({ typeUrl }) => typeUrl)]
  const given = new Map(
    types.map(([typeUrl, list]) => [typeUrl, createTypeSnapshot(typeUrl, list, versions[typeUrl])]),
  )
  return createSnapshot('fleet', (previous?.sequence ?? 0) + 1, given, previous)
}

/** A cluster without EDS whose certificate comes by SDS. */
function tlsCluster(name: string, secretName: string): Cluster {
  const sdsConfig = { configSourceSpecifier: { case: 'ads' as const, value: {} } }
  const tls = create(UpstreamTlsContextSchema, {
    commonTlsContext: { tlsCertificateSdsSecretConfigs: [{ name: secretName, sdsConfig }] },
  })
  return create(ClusterSchema, {
    name,
    transportSocket: {
      configType: { case: 'typedConfig', value: anyPack(UpstreamTlsContextSchema, tls) },
    },
  })
}

function endpointsOf(snapshot: Snapshot, name: string): number | undefined {
  const resource = typeIn(snapshot, ENDPOINT).resources.get(name)
  return resource && fromBinary(ClusterLoadAssignmentSchema, resource.value).endpoints.length
}

t.test('X12: a cluster that would wait for its endpoints is served an empty assignment', async (t) => {
  const snapshot = snapshotOf([cluster('a'), cluster('b'), assignment('a', 1)])
  t.equal(endpointsOf(snapshot, 'a'), 1)
  t.equal(endpointsOf(snapshot, 'b'), 0)
  t.same(snapshot.given.get(ENDPOINT)?.resources.names(), ['a'], 'what was given stays')
  const complete = snapshotOf([cluster('a'), assignment('a', 1)])
  t.equal(complete.types.get(ENDPOINT), complete.given.get(ENDPOINT), 'nothing is added, so nothing is made')
})

t.test('X12: the empty assignment has the name that the cluster refers to', async (t) => {
  const named = cluster('a')
  if (named.edsClusterConfig) named.edsClusterConfig.serviceName = 'service'
  const snapshot = snapshotOf([named])
  t.same(typeIn(snapshot, ENDPOINT).resources.names(), ['service'])
})

t.test('X12, X76: the empty assignment is written as the cluster writes it', async (t) => {
  const uri = (parameters: string) =>
    `xdstp://a/envoy.config.endpoint.v3.ClusterLoadAssignment/e?${parameters}`
  const named = cluster('a')
  if (named.edsClusterConfig) named.edsClusterConfig.serviceName = uri('y=2&x=1')
  const given = snapshotOf([named])
  const written = (snapshot: Snapshot) =>
    typeIn(snapshot, ENDPOINT).resources.get(uri('x=1&y=2'))?.writtenName
  t.equal(written(given), uri('y=2&x=1'))
  t.same(findDanglingReferences(given), [])
  const served = snapshotOf([named, assignment(uri('y=2&x=1'), 1)])
  t.equal(written(snapshotOf([named], { previous: served })), uri('y=2&x=1'), 'after one that was given too')
})

t.test('X50: so is one whose endpoints come from a separate EDS service, and not from a file', async (t) => {
  const snapshot = snapshotOf([separateCluster('a')])
  t.same(typeIn(snapshot, ENDPOINT).resources.names(), ['a'])
  t.same(findDanglingReferences(snapshot), [])
  t.notOk(snapshotOf([clusterFrom('a', elsewhere)]).types.has(ENDPOINT))
})

t.test('X12: a cluster that needs no EDS gets no assignment', async (t) => {
  t.notOk(snapshotOf([tlsCluster('a', 'secret')]).types.has(ENDPOINT))
  t.notOk(snapshotOf([badCluster('a'), tcpListener('l', 1, 'a')]).types.has(ENDPOINT))
})

t.test('X12: empty assignments come and go under the version that was given, or a hash', async (t) => {
  const versions = { [ENDPOINT]: 'v1' }
  const resources = [cluster('a'), cluster('b'), assignment('a', 1)]
  t.equal(typeIn(snapshotOf(resources, { versions }), ENDPOINT).version, 'v1')
  const hashed = typeIn(snapshotOf(resources), ENDPOINT)
  t.equal(hashed.version, hashed.contentVersion)
  const completed = typeIn(snapshotOf([...resources, assignment('b')]), ENDPOINT)
  t.not(completed.version, snapshotOf(resources).given.get(ENDPOINT)?.version)
})

t.test('unchanged parts are the same objects as in the snapshot before', async (t) => {
  const previous = snapshotOf([cluster('a'), cluster('b'), assignment('a', 1), routes('r', 'a')])
  const next = snapshotOf([routes('r', 'b'), assignment('a', 1), cluster('b'), cluster('a')], { previous })
  t.equal(next.sequence, 2)
  for (const typeUrl of [CLUSTER, ENDPOINT]) {
    t.equal(next.types.get(typeUrl), previous.types.get(typeUrl))
    t.equal(next.given.get(typeUrl), previous.given.get(typeUrl))
  }
  t.not(next.types.get(ROUTE), previous.types.get(ROUTE))
})

t.test('a new version of old content is a change', async (t) => {
  const previous = snapshotOf([cluster('a')], { versions: { [CLUSTER]: 'v1' } })
  const next = snapshotOf([cluster('a')], { versions: { [CLUSTER]: 'v2' }, previous })
  t.equal(typeIn(next, CLUSTER).version, 'v2')
})

t.test('a type that a snapshot does not have is empty', async (t) => {
  t.equal(typeIn(snapshotOf([cluster('a')]), SECRET), emptyTypeSnapshot(SECRET))
})

t.test('only the listeners differ from one address to another', async (t) => {
  const snapshot = snapshotOf([cluster('a'), tcpListener('l', 1, 'a', '')])
  const here = atAddress(snapshot, '127.0.1.2')
  t.equal(here.types.get(CLUSTER), snapshot.types.get(CLUSTER))
  t.not(here.types.get(LISTENER), snapshot.types.get(LISTENER))
  t.equal(here, atAddress(snapshot, '127.0.1.2'), 'made once')
  t.not(here, atAddress(snapshot, '127.0.1.3'))
  t.equal(here.sequence, snapshot.sequence)
})

t.test('a snapshot without empty addresses is the same for all nodes', async (t) => {
  for (const snapshot of [snapshotOf([cluster('a')]), snapshotOf([tcpListener('l', 1, 'a')])]) {
    t.equal(atAddress(snapshot, '127.0.1.2'), snapshot)
  }
})

t.test('the names that a type refers to are gathered once', async (t) => {
  const type = typeIn(snapshotOf([cluster('a'), cluster('b')]), CLUSTER)
  t.same(namesReferredTo(type), new Map([[ENDPOINT, new Set(['a', 'b'])]]))
  t.equal(namesReferredTo(type), namesReferredTo(type))
})

t.test('X12: if only endpoints change, the empty assignments are the same as after a restart', async (t) => {
  const clusters = [cluster('a'), cluster('b')]
  const steps = [
    [assignment('a', 1), assignment('b', 1)],
    [assignment('b', 2), assignment('extra', 1)],
    [assignment('a', 1)],
    [],
    [assignment('a', 1), assignment('b', 1)],
  ]
  let previous = snapshotOf(clusters)
  for (const assignments of steps) {
    const inputs = [...clusters, ...assignments]
    const next = snapshotOf(inputs, { previous })
    t.equal(next.types.get(CLUSTER), previous.types.get(CLUSTER))
    t.same(typeIn(next, ENDPOINT).list, typeIn(snapshotOf(inputs), ENDPOINT).list)
    t.equal(typeIn(next, ENDPOINT).version, typeIn(snapshotOf(inputs), ENDPOINT).version)
    previous = next
  }
})

t.test('a resource that is gone is retired: as it last was, until it is back', async (t) => {
  const retired = (snapshot: Snapshot, name: string) => retiredResource(snapshot, CLUSTER, name)
  const first = snapshotOf([badCluster('a'), badCluster('b'), tcpListener('l', 1, 'a')])
  t.equal(retired(first, 'a'), undefined)
  const second = snapshotOf([badCluster('b')], { previous: first })
  t.equal(retired(second, 'a'), typeIn(first, CLUSTER).resources.get('a'))
  t.equal(retiredResource(second, LISTENER, 'l'), undefined, 'a listener is not used any more')
  const third = snapshotOf([badCluster('b'), badCluster('c')], { previous: second })
  t.ok(retired(third, 'a'), 'other changes do not end that')
  t.equal(retired(third, 'b'), undefined)
  const fourth = snapshotOf(['a', 'b', 'c'].map(badCluster), { previous: third })
  t.equal(retired(fourth, 'a'), undefined, 'it is back, and nothing was removed')
  t.ok(retired(third, 'a'), 'the snapshot before it is the same')
  const fifth = snapshotOf([badCluster('a')], { previous: snapshotOf([cluster('a')], { previous: fourth }) })
  t.same(
    ['a', 'b', 'c'].map((name) => retired(fifth, name) !== undefined),
    [false, true, true],
  )
})

t.test('the last thousand retired resources of a type are kept', async (t) => {
  const named = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => badCluster(String(from + at).padStart(4, '0')))
  const kept = (snapshot: Snapshot) => [...(snapshot.retired.get(CLUSTER)?.keys() ?? [])]
  const first = snapshotOf(named(0, 1_001))
  const all = snapshotOf([], { previous: first })
  t.equal(kept(all).length, 1_000)
  t.equal(kept(all)[0], '0001', 'the first was forgotten')
  const thousand = snapshotOf(named(1_000, 1_001), { previous: first })
  t.equal(kept(thousand).length, 1_000)
  const more = snapshotOf([], { previous: thousand })
  t.same([kept(more).length, kept(more)[0], kept(more).at(-1)], [1_000, '0001', '1000'])
})
