// Output of `yard` on a full disk.

import { type StdioOptions, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const YARD = join(import.meta.dirname, '../yard.ts')

t.test('output that cannot be written is an error without a stack trace', async (t) => {
  // Every write to this device fails with ENOSPC: https://man7.org/linux/man-pages/man4/full.4.html
  if (!existsSync('/dev/full')) return t.plan(0, 'this system has no /dev/full')
  const full = openSync('/dev/full', 'w')
  t.teardown(() => closeSync(full))
  const run = (args: readonly string[], stdio: StdioOptions) => {
    const env = { ...process.env, YARD_STATE: t.testdirName, YARD_ADMIN: '' }
    return spawnSync(process.execPath, [YARD, ...args], { env, stdio, encoding: 'utf8' })
  }
  t.equal(run(['status'], ['ignore', 'pipe', full]).status, 3, 'lost progress changes nothing')
  const { status, stderr } = run(['certs', '--cert-manager', 'x'], ['ignore', full, 'pipe'])
  t.same([status, stderr], [1, 'the output cannot be written: ENOSPC: no space left on device, write\n'])
})
