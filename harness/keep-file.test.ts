// Files that runs keep beside their results.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { keepIn } from './keep-file.ts'

t.test('a file is kept below the folder of the results, and replaced by the next of its name', async (t) => {
  const folder = join(testFolder(t), 'results')
  const keep = keepIn(folder)
  for (const text of ['first', 'second']) {
    const path = await keep('calls.txt', Buffer.from(text))
    t.equal(path, 'files/calls.txt')
    t.equal(readFileSync(join(folder, path), 'utf8'), text)
  }
})
