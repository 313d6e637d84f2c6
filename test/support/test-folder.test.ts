// When the folder of a test goes.

import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { readSources } from '../house/import-closure.ts'
import { testFolder } from './test-folder.ts'

t.test('the folder outlasts the teardowns, and no longer', async (t) => {
  let folder = ''
  const seen: boolean[] = []
  await t.test('a test with a store that writes while it closes', async (t) => {
    folder = testFolder(t, { kept: 'text' })
    t.equal(readFileSync(`${folder}/kept`, 'utf8'), 'text')
    t.teardown(async () => {
      await new Promise(setImmediate)
      seen.push(existsSync(`${folder}/kept`))
    })
  })
  t.same(seen, [true])
  t.notOk(existsSync(folder))
})

t.test('no test asks tap for its folder, which may go too early', async (t) => {
  const asking = [...readSources()].filter(([, text]) => /^[^/*]*\bt\.testdir\(/m.test(text))
  t.same(
    asking.map(([path]) => path),
    ['test/support/test-folder.ts'],
  )
})
