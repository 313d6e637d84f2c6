// Every source file has a test beside it, or an entry that names its test.

import t from 'tap'
import { coverBreaches } from './coverage.ts'
import { COVERED_BY } from './covered-by.ts'
import { readSources } from './import-closure.ts'

t.test('every source file has a test beside it or one that covered-by.ts names', async (t) => {
  t.same(coverBreaches(readSources(), COVERED_BY), [])
})

const CODE = 'export const one = 1\n'
const TEST = `import { one } from './a.ts'\n`
const importing = (path: string) => `import { one } from '${path}'\n`

t.test('a source without a test needs a row, one with a test or without code does not', async (t) => {
  const breaches = (...files: readonly [path: string, text: string][]) => coverBreaches(new Map(files), {})
  t.match(breaches(['core/a.ts', CODE]), ['core/a.ts: has no test beside it'])
  t.same(breaches(['core/a.ts', CODE], ['core/a.test.ts', TEST]), [])
  t.same(breaches(['core/a.ts', 'export interface A { readonly one: 1 }\n']), [], 'types only')
  t.same(breaches(['test/support/a.ts', CODE]), [], 'shared code of tests')
})

t.test('the test of a row exists, and imports the source unless it spawns it', async (t) => {
  const breaches = (test: string, spawned?: true) =>
    coverBreaches(
      new Map([
        ['core/a.ts', CODE],
        ['core/b.ts', importing('./a.ts')],
        ['core/b.test.ts', importing('./b.ts')],
        ['core/c.test.ts', ''],
      ]),
      { 'core/': { test, ...(spawned && { spawned }) } },
    )
  t.same(breaches('core/b.test.ts'), [])
  t.match(breaches('core/c.test.ts'), ['core/a.ts: core/c.test.ts does not import it'])
  t.same(breaches('core/c.test.ts', true), [])
  t.match(breaches('core/b.test.ts', true), ['core/a.ts: core/b.test.ts imports it'])
  t.match(breaches('core/none.test.ts'), ['core/a.ts: its test core/none.test.ts does not exist'])
})

t.test('the row of a file overrides the row of its folder, and unused rows are reported', async (t) => {
  const sources = new Map([
    ['core/a.ts', CODE],
    ['core/b.test.ts', importing('./a.ts')],
    ['core/c.test.ts', ''],
  ])
  const good = { test: 'core/b.test.ts' }
  t.same(coverBreaches(sources, { 'core/a.ts': good }), [])
  t.match(coverBreaches(sources, { 'core/a.ts': good, 'core/': { test: 'core/c.test.ts' } }), [
    'core/: needs no row',
  ])
})
