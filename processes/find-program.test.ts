// Where programs of system packages are looked for.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { findProgram } from './find-program.ts'

t.test('a program is found on PATH, and in the sbin beside a bin of PATH', async (t) => {
  const root = testFolder(t, { bin: {}, sbin: {}, other: {} })
  const add = (folder: string, name: string, mode = 0o755) => {
    mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, folder, name), '', { mode })
    return join(root, folder, name)
  }
  const env = { PATH: `${join(root, 'bin')}:${join(root, 'other')}` }
  t.equal(findProgram('nginx', env), undefined)
  const server = add('sbin', 'nginx')
  t.equal(findProgram('nginx', env), server)
  const own = add('other', 'nginx')
  t.equal(findProgram('nginx', env), own, 'PATH goes first')
  add('bin', 'haproxy', 0o644)
  t.equal(findProgram('haproxy', env), undefined, 'a file that nobody may execute does not count')
  t.equal(findProgram('nginx', {}), undefined, 'twin: without PATH nothing is found')
})
