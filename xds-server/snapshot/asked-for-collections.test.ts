// What a client with glob collections certainly asks for.

import t from 'tap'
import { clusterOf, tcpListener } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { type Subscriptions, typesToCome, unaskedNames } from './asked-for.ts'
import { CLUSTER, ENDPOINT, LISTENER } from './resource-type.ts'

function subscribed(names: Readonly<Record<string, readonly string[]>>): Subscriptions {
  return new Map(
    Object.entries(names).map(([typeUrl, list]) => [typeUrl, { wildcard: false, names: new Set(list) }]),
  )
}

const CLUSTERS = 'xdstp://a/C/f/*'
const LISTENERS = 'xdstp://a/L/f/*'
const snapshot = new SnapshotCache().setSnapshot('fleet', [
  clusterOf('xdstp://a/C/f/x', 'xdstp://a/E/f/x'),
  clusterOf('xdstp://a/C/y', 'xdstp://a/E/y'),
  tcpListener('xdstp://a/L/f/l', 1, 'xdstp://a/C/f/x'),
])

const CASES: readonly [title: string, asked: Readonly<Record<string, readonly string[]>>, names: string[]][] =
  [
    [
      'a client with collections asks like an Envoy',
      { [CLUSTER]: [CLUSTERS], [LISTENER]: [LISTENERS] },
      ['xdstp://a/E/f/x'],
    ],
    [
      'only for what its collections need',
      { [CLUSTER]: ['xdstp://a/C/*'], [LISTENER]: [LISTENERS] },
      ['xdstp://a/E/y'],
    ],
    [
      'and a collection covers the names in it',
      { [CLUSTER]: [CLUSTERS], [LISTENER]: [LISTENERS], [ENDPOINT]: ['xdstp://a/E/f/*'] },
      [],
    ],
    [
      'but not those of another folder',
      { [CLUSTER]: [CLUSTERS], [LISTENER]: [LISTENERS], [ENDPOINT]: ['xdstp://a/E/*'] },
      ['xdstp://a/E/f/x'],
    ],
  ]

for (const [title, asked, names] of CASES) {
  t.test(`X77, X45: ${title}`, async (t) => {
    t.same(unaskedNames(subscribed(asked), snapshot).get(ENDPOINT) ?? [], names)
  })
}

t.test('X77, X45: an Envoy with a collection of clusters may ask for listeners later', async (t) => {
  t.same(typesToCome(subscribed({ [CLUSTER]: [CLUSTERS] }), snapshot), [LISTENER])
  t.same(typesToCome(subscribed({ [CLUSTER]: ['xdstp://a/C/f/x'] }), snapshot), [], 'the twin')
})
