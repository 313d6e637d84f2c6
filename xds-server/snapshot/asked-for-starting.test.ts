// Which types an Envoy that starts may still ask for, judged by those that it has asked for.

import t from 'tap'
import { cluster, tcpListener } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { typesToCome } from './asked-for.ts'
import type { ResourceInput } from './resource.ts'
import { CLUSTER, LISTENER, ROUTE, RUNTIME } from './resource-type.ts'

const WILDCARD = { wildcard: true, names: new Set<string>() }
const NAMED = { wildcard: false, names: new Set(['r']) }
const listener = tcpListener('l', 1, 'a')

function toCome(subscribed: Readonly<Record<string, typeof NAMED>>, ...resources: readonly ResourceInput[]) {
  return typesToCome(new Map(Object.entries(subscribed)), new SnapshotCache().setSnapshot('fleet', resources))
}

t.test('X45: listeners, if it has asked for clusters only, and there are any', async (t) => {
  const clusters = { [CLUSTER]: WILDCARD }
  t.same(toCome(clusters, cluster('a'), listener), [LISTENER])
  t.same(toCome(clusters, cluster('a')), [])
  t.same(toCome({ [CLUSTER]: WILDCARD, [LISTENER]: WILDCARD }, cluster('a'), listener), [])
  t.same(toCome({ [ROUTE]: NAMED }, listener), [])
})

t.test('X71: clusters and listeners, if it has asked for runtime layers only', async (t) => {
  const layers = { [RUNTIME]: NAMED }
  t.same(toCome(layers, cluster('a'), listener), [CLUSTER, LISTENER])
  t.same(toCome(layers, cluster('a')), [CLUSTER])
  t.same(toCome({ ...layers, [CLUSTER]: WILDCARD }, cluster('a'), listener), [LISTENER])
  t.same(toCome({ ...layers, [ROUTE]: NAMED }, cluster('a'), listener), [])
  t.same(toCome({ ...layers, [LISTENER]: WILDCARD }, cluster('a'), listener), [])
})
