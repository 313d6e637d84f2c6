// A full disk under a real control plane: writes are answered 507, everything else goes on, and space is enough to go on.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { RestClient } from '../api/client.ts'
import { sampleConfig } from '../test/support/sample-config.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { readToken } from '../testbed/token-file.ts'

/** Runs a command with a small disk at a folder that only it sees: the disk goes with the process. */
const WITH_DISK = ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"']

async function start(t: Test) {
  const folder = testFolder(t, { disk: {}, 'yard.yaml': stringify(sampleConfig()) })
  const disk = join(folder, 'disk')
  const main = [join(import.meta.dirname, 'main.ts'), '--config', join(folder, 'yard.yaml')]
  const child = spawn(
    'unshare',
    [...WITH_DISK, disk, process.execPath, ...main, '--state', join(disk, 'state')],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  const { admin, tokens } = JSON.parse(line)
  const inside = (path: string) => `/proc/${child.pid}/root${path}`
  const rest = new RestClient({ url: admin, token: await readToken(inside(tokens), 'operator') })
  return { rest, admin, inside, disk }
}

function fill(file: string): void {
  const page = Buffer.alloc(4096)
  writeFileSync(file, '')
  try {
    for (;;) appendFileSync(file, page)
  } catch {
    return
  }
}

t.test('a full disk is answered 507, shown by /readyz, and over when there is space', async (t) => {
  const canMount = spawnSync('unshare', [...WITH_DISK, testFolder(t), 'true']).status === 0
  if (!canMount) return t.plan(0, 'this user cannot mount a small disk: unshare -Urm fails')
  const { rest, admin, inside, disk } = await start(t)
  const write = (weight: number) =>
    rest.patchConfig({ upstreams: { echo: { endpoints: { b1: { weight } } } } }, { wait: '1ms' })
  const readiness = async () => (await fetch(`${admin}/readyz`)).status
  t.match(await write(2), { revision: 2 })
  t.equal(await readiness(), 200)

  const filler = inside(join(disk, 'filler'))
  fill(filler)
  await t.rejects(write(3), {
    code: 'storage-full',
    message: /revisions\.sqlite cannot be written, because its disk is full: free some space/,
  })
  const notReady = await fetch(`${admin}/readyz`)
  t.equal(notReady.status, 507)
  t.match(await notReady.json(), { type: 'urn:switchyard:error:storage-full', status: 507 })
  t.match(await rest.getStatus(), { revision: { revision: 2 } }, 'reads go on')

  rmSync(filler)
  t.equal(await readiness(), 200, 'without another write')
  t.match(await write(4), { revision: 3 })
  const lines = readFileSync(inside(join(disk, 'state', 'audit.jsonl')), 'utf8').split('\n')
  t.doesNotThrow(
    () => lines.filter(Boolean).map((text) => JSON.parse(text)),
    'no line of the audit log is broken',
  )
})
