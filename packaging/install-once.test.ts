// A folder is filled once, and is never seen half full.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { installOnce } from './install-once.ts'

t.test('a folder is filled once', async (t) => {
  const folder = join(testFolder(t), 'deep', 'tools')
  let installs = 0
  const install = async (fresh: string) => {
    installs += 1
    writeFileSync(join(fresh, 'tool'), 'content')
  }
  t.equal(await installOnce(folder, install), folder)
  t.equal(await installOnce(folder, install), folder)
  t.equal(installs, 1)
  t.equal(readFileSync(join(folder, 'tool'), 'utf8'), 'content')
})

t.test('of two installations at once, one stays and the other leaves nothing behind', async (t) => {
  const parent = testFolder(t)
  const folder = join(parent, 'tools')
  const started = Promise.withResolvers<void>()
  const slow = installOnce(folder, async (fresh) => {
    writeFileSync(join(fresh, 'tool'), 'slow')
    await started.promise
  })
  await installOnce(folder, async (fresh) => writeFileSync(join(fresh, 'tool'), 'fast'))
  started.resolve()
  t.equal(await slow, folder)
  t.equal(readFileSync(join(folder, 'tool'), 'utf8'), 'fast')
  t.strictSame(readdirSync(parent), ['tools'])
})

t.test('a failed installation leaves nothing behind, and the next one succeeds', async (t) => {
  const parent = testFolder(t)
  const folder = join(parent, 'tools')
  await t.rejects(
    installOnce(folder, async () => {
      throw new Error('no network')
    }),
    { message: 'no network' },
  )
  t.strictSame(readdirSync(parent), [])
  await installOnce(folder, async (fresh) => writeFileSync(join(fresh, 'tool'), 'content'))
  t.strictSame(readdirSync(folder), ['tool'])
})
