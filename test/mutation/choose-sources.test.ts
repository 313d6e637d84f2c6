// Which files are mutated, with a made-up tree, and that each file of the library has tests.

import t from 'tap'
import { isTest, readSources } from '../house/import-closure.ts'
import { chooseSources, folderOf, testsFor } from './choose-sources.ts'

const importOf = (...paths: string[]) => paths.map((path) => `import { x } from '${path}'\n`).join('')

const TREE = new Map([
  ['core/memo.ts', ''],
  ['xds-server/index.ts', importOf('./cache/cache.ts')],
  ['xds-server/cache/cache.ts', importOf('../type-state/type-state.ts')],
  ['xds-server/cache/cache.test.ts', importOf('./cache.ts')],
  ['xds-server/type-state/other.test.ts', importOf('./type-state.ts')],
  ['xds-server/type-state/type-state.ts', ''],
  ['xds-server/type-state/type-state.test.ts', importOf('./type-state.ts')],
  ['xds-server/type-state-two/b.ts', ''],
  ['test/conformance/streams.test.ts', importOf('../../xds-server/index.ts')],
  ['test/mutation/model-in-short.ts', importOf('../../xds-server/index.ts')],
])

t.test(
  'without a choice all files of the library are mutated, those with the most logic first',
  async (t) => {
    t.strictSame(chooseSources(TREE, []), [
      'xds-server/type-state/type-state.ts',
      'xds-server/cache/cache.ts',
      'xds-server/index.ts',
      'xds-server/type-state-two/b.ts',
    ])
  },
)

t.test('a folder or a file can be chosen, with or without the name of the library', async (t) => {
  for (const choice of ['type-state', 'type-state/', 'xds-server/type-state', 'type-state/type-state.ts']) {
    t.strictSame(chooseSources(TREE, [choice]), ['xds-server/type-state/type-state.ts'], choice)
  }
  t.equal(chooseSources(TREE, ['type-state', 'cache']).length, 2)
})

t.test('a choice that matches nothing is a problem, even beside one that matches', async (t) => {
  for (const choice of ['nonsense', 'type', 'xds-server/cache/cache.test.ts', 'core/memo.ts', 'cache/*.ts']) {
    t.throws(() => chooseSources(TREE, ['cache', choice]), {
      code: 'invalid-argument',
      message: /^nothing to mutate.* The folders are index\.ts, cache, type-state, type-state-two\n/,
      problems: [{ path: choice }],
    })
  }
})

t.test('the tests of a file are those that load it, the nearest first and the model last', async (t) => {
  t.strictSame(testsFor(TREE, 'xds-server/type-state/type-state.ts'), [
    'xds-server/type-state/type-state.test.ts',
    'xds-server/type-state/other.test.ts',
    'xds-server/cache/cache.test.ts',
    'test/mutation/model-in-short.ts',
  ])
  t.strictSame(testsFor(TREE, 'xds-server/type-state-two/b.ts'), [])
})

t.test('the test that covers a file comes first, and the services do without the model', async (t) => {
  const sources = readSources()
  const [first, ...others] = testsFor(sources, 'xds-server/services/load-service.ts')
  t.equal(first, 'xds-server/services/load-stream.test.ts')
  t.ok(others.every((test) => test.startsWith('xds-server/')))
  t.equal(
    testsFor(sources, 'xds-server/services/report-rate.ts')[0],
    'xds-server/services/report-rate.test.ts',
    'the twin has a test beside it',
  )
})

t.test('each file of the library has tests that can find its mutants', async (t) => {
  const sources = readSources()
  const all = chooseSources(sources, [])
  t.ok(all.length > 30 && !all.some(isTest))
  t.ok(['type-state', 'streams'].includes(folderOf(all[0] ?? '')))
  const typesOnly = [
    'xds-server/index.ts',
    'xds-server/load-reports/load-report.ts',
    'xds-server/nodes/events.ts',
    'xds-server/nodes/resource-view.ts',
    'xds-server/streams/requests.ts',
  ]
  const untested = all.filter((file) => testsFor(sources, file).length === 0)
  t.strictSame(
    untested.filter((file) => !typesOnly.includes(file)),
    [],
  )
})
