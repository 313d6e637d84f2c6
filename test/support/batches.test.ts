import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { batchesOf, writeBatches } from './batches.ts'
import { testFolder } from './test-folder.ts'

t.test(
  'files of a folder, and those alone in theirs, are batches; what changes its process is alone',
  async (t) => {
    const sources = new Map([
      ['a/one.test.ts', "t.test('one')"],
      ['a/two.test.ts', 'process.env.TWO = "2"'],
      ['a/three.test.ts', 't.beforeEach(reset)'],
      ['a/four.test.ts', '  t.teardown(close)'],
      ['b/c/five.test.ts', ''],
      ['b/d/six.test.ts', ''],
    ])
    t.same(batchesOf([...sources.keys()], sources), [
      { name: 'a', files: ['a/one.test.ts', 'a/four.test.ts'] },
      { name: 'b single', files: ['b/c/five.test.ts', 'b/d/six.test.ts'] },
      { name: 'a/two.test.ts', files: ['a/two.test.ts'] },
      { name: 'a/three.test.ts', files: ['a/three.test.ts'] },
    ])
  },
)

t.test('a large folder is split into batches of about one size', async (t) => {
  const files = Array.from({ length: 33 }, (_, index) => `a/${index}.test.ts`)
  const batches = batchesOf(files, new Map())
  t.same(
    batches.map(({ name, files: { length } }) => [name, length]),
    [
      ['a 1', 11],
      ['a 2', 11],
      ['a 3', 11],
    ],
  )
  t.same(batches.flatMap((batch) => batch.files).sort(), files.toSorted())
})

t.test('a batch is a program that imports its files one after the other', async (t) => {
  const root = testFolder(t, { batches: { 'old.mjs': '' } })
  const programs = writeBatches(root, 'batches', [
    { name: 'a/b 1', files: ['a/b/one.test.ts', 'a/b/two.test.ts'] },
    { name: 'c/alone.test.ts', files: ['c/alone.test.ts'] },
  ])
  t.same(programs, ['batches/a-b-1.mjs', 'c/alone.test.ts'])
  t.match(
    readFileSync(join(root, 'batches/a-b-1.mjs'), 'utf8'),
    /^await import\('file:.*\/a\/b\/one\.test\.ts'\)\nawait import\('file:.*\/a\/b\/two\.test\.ts'\)\n$/,
  )
  t.throws(() => readFileSync(join(root, 'batches/old.mjs')))
})
