// Every source file has a test beside it, or is named with the one that covers it.

import t from 'tap'
import { coverBreaches } from './coverage.ts'
import { COVERED_BY } from './covered-by.ts'
import { readSources } from './import-closure.ts'

t.test(
  'every source file is covered by the test beside it or the one that covered-by.ts names',
  async (t) => {
    t.same(coverBreaches(readSources(), COVERED_BY), [])
  },
)

const CODE = 'export const one = 1\n'
const TEST = `import { one } from './a.ts'\n`
const importing = (path: string) => `import { one } from '${path}'\n`

t.test('a source without a test needs a row, one with a test or without code does not', async (t) => {
  const breaches = (...files: readonly [path: string, text: string][]) => coverBreaches(new Map(files), {})
  t.match(breaches(['core/a.ts', CODE]), ['core/a.ts: has no test beside it'])
  t.same(breaches(['core/a.ts', CODE], ['core/a.test.ts', TEST]), [])
  t.same(breaches(['core/a.ts', 'export interface A { readonly one: 1 }\n']), [], 'types only')
  t.same(breaches(['test/support/a.ts', CODE]), [], 'what tests share')
})

t.test('the test of a row exists, and its imports lead to the source unless it is spawned', async (t) => {
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

t.test('the row of a file counts before that of its folder, and none is kept for nothing', async (t) => {
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
