// A file is replaced as a whole, for its owner only.

import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { replaceFile } from './replace-file.ts'

for (const durable of [false, true]) {
  t.test(`the new content replaces the old one, ${durable ? 'on disk' : 'without a wait'}`, async (t) => {
    const file = join(testFolder(t), 'kept.json')
    await writeFile(file, 'a longer text from before')
    await chmod(file, 0o644)
    await replaceFile(file, 'new', { durable })
    t.equal(await readFile(file, 'utf8'), 'new')
    t.equal((await stat(file)).mode & 0o777, 0o600)
    t.same(await readdir(t.testdirName), ['kept.json'])
  })
}

t.test('if the new content cannot be written, the old one stays', async (t) => {
  const file = join(testFolder(t, { 'kept.json': 'old', 'kept.json.new': {} }), 'kept.json')
  await t.rejects(replaceFile(file, 'new'))
  t.equal(await readFile(file, 'utf8'), 'old')
})
