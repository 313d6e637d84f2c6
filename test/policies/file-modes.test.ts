// What the parts create under a umask of 000: folders for their user only, and files and sockets that nobody else may open.

import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startProcess } from '../../processes/running-process.ts'
import { claimStateFolder } from '../../testbed/state-file.ts'
import { sampleWith } from '../support/sample-config.ts'

const sourceOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
// A path in `t.testdir()` may be too long for a socket.
const folder = mkdtempSync(join(tmpdir(), 'modes-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

function start<T>(name: string, program: string, args: readonly string[], marker: string) {
  const started = startProcess({
    name,
    command: 'sh',
    args: ['-c', 'umask 000; exec "$@"', 'sh', process.execPath, sourceOf(program), ...args],
    ready: (line): T | undefined => (line.startsWith(marker) ? JSON.parse(line) : undefined),
  })
  t.teardown(() => started.stop())
  return started.ready
}

async function connects(path: string): Promise<boolean> {
  const socket = createConnection(path)
  await once(socket, 'connect')
  socket.destroy()
  return true
}

t.test('S72: the state folder is 0700, and all in it and the socket of xDS are 0600', async (t) => {
  const [state, socket, config] = ['new/state', 'xds.sock', 'yard.yaml'].map((name) => join(folder, name))
  if (state === undefined || socket === undefined || config === undefined) return
  await writeFile(config, JSON.stringify(sampleWith({})))
  const flags = ['--config', config, '--state', state, '--xds', `unix:${socket}`, '--die-with-parent']
  const { admin } = await start<{ admin: string }>(
    'control plane',
    'control-plane/main.ts',
    flags,
    '{"admin"',
  )
  t.equal(modeOf(state), '700')
  const files = readdirSync(state)
  for (const name of ['audit.jsonl', 'revisions.sqlite', 'tokens.json']) t.ok(files.includes(name), name)
  for (const file of files) t.equal(modeOf(join(state, file)), '600', file)
  t.equal(modeOf(socket), '600', 'socket')
  t.equal((await fetch(`${admin}/healthz`)).status, 200, 'twin: it serves')
  t.ok(await connects(socket), 'twin: its own user connects')
})

t.test('S72: the socket of the issuer is 0600', async (t) => {
  const socket = join(folder, 'issuer.sock')
  const flags = ['--issuer', 'https://issuer.test', '--listen', `unix:${socket}`]
  await start('issuer', 'services/issuer/issuer.ts', flags, '{"issuer"')
  t.equal(modeOf(socket), '600')
  t.ok(await connects(socket), 'twin: its own user connects')
})

t.test('S72: the folder of a testbed is 0700', async (t) => {
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const testbed = join(folder, 'testbed')
  await claimStateFolder(testbed)
  t.equal(modeOf(testbed), '700')
})
