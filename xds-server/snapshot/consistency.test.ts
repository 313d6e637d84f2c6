// Dangling references are found, each with its place and how to fix it.

import t from 'tap'
import { assignment, cluster, httpListener, routes, tcpListener } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { findDanglingReferences } from './consistency.ts'
import type { ResourceInput } from './resource.ts'

const CASES: readonly [what: string, resources: readonly ResourceInput[], expected: readonly object[]][] = [
  ['nothing', [], []],
  ['all there', [cluster('a'), assignment('a', 1), httpListener('l', 1), routes('l', 'a')], []],
  ['a cluster without its assignment, which is served an empty one', [cluster('a')], []],
  ['an assignment, listeners, and clusters that nobody uses', [assignment('x', 1), cluster('a')], []],
  [
    'routes to a cluster that is missing',
    [routes('r', 'a')],
    [
      {
        path: 'RouteConfiguration "r"',
        message: 'refers to Cluster "a", which is not in the snapshot: add it, or remove the reference',
      },
    ],
  ],
  [
    'several listeners whose routes and clusters are missing',
    [tcpListener('one', 1, 'a'), cluster('b'), tcpListener('two', 2, 'b'), httpListener('three', 3, 'r')],
    [
      {
        path: 'Listener "one"',
        message: 'refers to Cluster "a", which is not in the snapshot: add it, or remove the reference',
      },
      {
        path: 'Listener "three"',
        message:
          'refers to RouteConfiguration "r", which is not in the snapshot: add it, or remove the reference',
      },
    ],
  ],
]

for (const [what, resources, expected] of CASES) {
  t.test(`${expected.length} problems in a snapshot with ${what}`, async (t) => {
    const snapshot = new SnapshotCache().setSnapshot('fleet', resources)
    t.same(findDanglingReferences(snapshot), expected)
  })
}
