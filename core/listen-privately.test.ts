// A Unix socket is of its user only, and the umask of the process stays.

import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { listenPrivately } from './listen-privately.ts'

t.test('S72: a Unix socket has mode 0600, and the umask is as before, also after an error', async (t) => {
  // A path in `t.testdir()` may be too long for a socket.
  const folder = mkdtempSync(join(tmpdir(), 'private-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  const server = createServer()
  t.teardown(() => server.close())
  const path = join(folder, 'a.sock')
  listenPrivately(server, { path })
  t.equal(process.umask(), 0)
  await once(server, 'listening')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.throws(() => listenPrivately(server, { path }), { code: 'ERR_SERVER_ALREADY_LISTEN' })
  t.equal(process.umask(), 0)
})
