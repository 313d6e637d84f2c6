import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { Notices } from './notices.ts'
import { Parts } from './parts.ts'
import { publishTestbed } from './publish-testbed.ts'
import { type RunningTestbed, readStateFile } from './state-file.ts'
import type { Testbed } from './testbed.ts'

function testbed() {
  const parts = new Parts()
  parts.add({ id: 'b1', title: 'backend b1' }, () => 4711)
  const addresses = {
    adminUrl: 'http://127.0.0.1:9000',
    tokensFile: '/tokens.json',
    secretsFolder: '/secrets',
    xdsAddress: '127.0.0.1:18000',
  }
  const whole = {
    ...addresses,
    parts,
    notices: new Notices(),
    backends: [],
    fleets: new Map(),
    clients: new Map(),
    ending: new AbortController().signal,
  }
  return whole as Partial<Testbed> as Testbed
}

async function readUntil(folder: string, holds: (state: RunningTestbed) => boolean): Promise<RunningTestbed> {
  for (;;) {
    const state = await readStateFile(folder)
    if (state !== undefined && holds(state)) return state
    await setImmediate()
  }
}

t.test('the file follows the parts of the testbed and the warnings of its Envoys', async (t) => {
  const folder = testFolder(t)
  const one = testbed()
  t.match(await publishTestbed(folder, one, t.fail), { parts: [{ id: 'b1', state: 'running' }] })
  t.match(await readStateFile(folder), { pid: process.pid, parts: [{ state: 'running' }], notices: [] })

  one.parts.note('backend b1', { kind: 'ended', exit: { code: null, signal: 'SIGKILL' }, pauseMs: 1000 })
  const dead = await readUntil(folder, ({ parts: [part] }) => part?.state === 'restarting')
  t.match(dead.parts, [{ pid: 4711, restarts: 0, lastEnd: 'SIGKILL' }])
  one.parts.note('backend b1', { kind: 'started' })
  t.match(await readUntil(folder, ({ parts: [part] }) => part?.state === 'running'), {
    parts: [{ restarts: 1 }],
  })

  one.notices.add('edge-1', { level: 'warning', component: 'config', text: 'rejected' })
  await readUntil(folder, ({ notices }) => notices.length === 1)
})

t.test('a file that cannot be written is reported once, and written when it can be', async (t) => {
  const folder = join(testFolder(t, { disk: 'full' }), 'disk', 'state')
  const one = testbed()
  const reported: string[] = []
  await publishTestbed(folder, one, (line) => reported.push(line))
  one.parts.note('backend b1', { kind: 'started' })
  rmSync(join(folder, '..'))
  t.match(await readUntil(folder, () => true), { parts: [{ restarts: 1 }] })
  t.match(reported, [/^the state in .* cannot be written, so "yard status" is out of date: ENOTDIR/])
  t.equal(reported.length, 1)
})
