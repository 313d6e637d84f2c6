// What a program without types may give to the cache: each mistake is an error that says how to fix it, and nothing is changed.

import t from 'tap'
import { cluster, routes } from '../../test/support/resources.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import { type ExternalNames, findDanglingReferences } from '../snapshot/consistency.ts'
import { CLUSTER, ROUTE } from '../snapshot/resource-type.ts'
import { SnapshotCache } from './snapshot-cache.ts'

type Loose = Readonly<Record<string, (...values: readonly unknown[]) => unknown>>

const loose = (cache: SnapshotCache) => cache as unknown as Loose

const FORM = /^"?\w+"? is not a type URL: use CLUSTER/

const MISTAKES: readonly [
  what: string,
  call: (cache: Loose) => unknown,
  problems: readonly { readonly path: string; readonly message: string | RegExp }[],
][] = [
  [
    'resources without a group',
    (cache) => cache.setSnapshot?.([cluster('a')]),
    [
      { path: 'group', message: 'a list is not the name of a group' },
      { path: 'resources', message: 'undefined is not a list' },
    ],
  ],
  [
    'one resource that is in no list',
    (cache) => cache.setSnapshot?.('fleet', cluster('a')),
    [{ path: 'resources', message: 'an object is not a list' }],
  ],
  [
    'a misspelled option of a snapshot, and a version that is a number',
    (cache) => cache.setSnapshot?.('fleet', [], { error: [], version: 7 }),
    [
      { path: 'version', message: '7 is not a text, or one for each type URL' },
      { path: 'error', message: 'unknown option. Use one of: version, errors' },
    ],
  ],
  [
    'a version of a type that is no type URL',
    (cache) => cache.updateSnapshot?.('fleet', {}, { version: { Cluster: '7', [ROUTE]: 8 } }),
    [
      { path: 'version', message: FORM },
      { path: `version["${ROUTE}"]`, message: '8 is not a text' },
    ],
  ],
  [
    'a change of another form',
    (cache) => cache.updateSnapshot?.('fleet', { add: [], upsert: cluster('a'), remove: 'a' }),
    [
      { path: 'upsert', message: 'an object is not a list' },
      { path: 'remove', message: '"a" is not a list' },
      { path: 'add', message: 'unknown option. Use one of: upsert, remove, errors' },
    ],
  ],
  [
    'errors in the options of a change',
    (cache) => cache.updateSnapshot?.('fleet', {}, { errors: [] }),
    [{ path: 'errors', message: 'unknown option. Use one of: version' }],
  ],
  [
    'a change that is missing',
    (cache) => cache.updateSnapshot?.('fleet', undefined),
    [{ path: 'change', message: 'undefined is not an object of options' }],
  ],
  [
    'names to remove without their types',
    (cache) =>
      cache.updateSnapshot?.('fleet', {
        remove: ['old', null, cluster('old'), { typeUrl: 'Cluster', name: 'old' }, { typeUrl: CLUSTER }],
      }),
    [
      ...[0, 1, 2].map((at) => ({ path: `remove[${at}]`, message: /is not a name with its type: give \{/ })),
      { path: 'remove[3]', message: /is not a name with its type: give \{/ },
      { path: 'remove[4]', message: /is not a name with its type: give \{/ },
    ],
  ],
  [
    'errors without their types',
    (cache) => cache.setSnapshot?.('fleet', [], { errors: [null, 'old', { typeUrl: CLUSTER, code: 5 }] }),
    [0, 1, 2].map((at) => ({ path: `errors[${at}]`, message: /is not an error of a name: give \{/ })),
  ],
]

for (const [what, call, problems] of MISTAKES) {
  t.test(`${what}: all problems at once, and nothing is changed`, async (t) => {
    const cache = new SnapshotCache()
    const before = cache.setSnapshot('fleet', [cluster('old')])
    const error = thrownBy(() => call(loose(cache)))
    t.equal(error.code, 'invalid-argument')
    t.match(error.problems, problems)
    t.equal(error.problems.length, problems.length)
    t.equal(cache.getSnapshot('fleet'), before)
  })
}

t.test('what the types allow is accepted: sets, generators, and resources as names to remove', async (t) => {
  const cache = new SnapshotCache()
  const before = cache.setSnapshot('fleet', new Set([cluster('a'), cluster('b')]), {
    version: { [CLUSTER]: '7' },
    errors: new Set([{ typeUrl: ROUTE, name: 'r', code: 5, message: 'gone' }]),
  })
  function* removed() {
    yield* before.types.get(CLUSTER)?.list ?? []
  }
  const after = cache.updateSnapshot('fleet', { remove: removed() }, { version: '8' })
  t.equal(after.types.get(CLUSTER)?.resources.size, 0)
})

t.test('external names are lists by type URL, in the cache and in the check', async (t) => {
  const snapshot = new SnapshotCache().setSnapshot('fleet', [routes('r', 'c')])
  const wrong = { cluster: ['c'], [CLUSTER]: 'c', [ROUTE]: [5] } as unknown as ExternalNames
  const problems = [
    { path: 'external', message: FORM },
    { path: `external["${CLUSTER}"]`, message: '"c" is not a list of names' },
    { path: `external["${ROUTE}"]`, message: 'a list is not a list of names' },
  ]
  for (const call of [
    () => new SnapshotCache({ external: wrong }),
    () => findDanglingReferences(snapshot, { external: wrong }),
  ]) {
    const error = thrownBy(call)
    t.equal(error.code, 'invalid-argument')
    t.match(error.problems, problems)
  }
  t.same(findDanglingReferences(snapshot, { external: { [CLUSTER]: ['c'] } }), [])
})
