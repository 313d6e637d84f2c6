// The file through which verbs find a testbed: valid only while the process that wrote it runs.

import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import {
  claimStateFolder,
  readStateFile,
  removeStateFile,
  stateFolder,
  type TestbedDescription,
  writeStateFile,
} from './state-file.ts'

const TESTBED: TestbedDescription = {
  admin: 'http://127.0.0.1:9000',
  tokens: '/state/tokens.json',
  xds: '127.0.0.1:18000',
  secrets: '/state/secrets',
  fleets: { edge: [{ node: 'edge-1', address: '127.0.1.1:10000', admin: 'http://127.0.0.1:9901' }] },
  backends: [{ id: 'b1', address: '127.0.0.1:7101' }],
  parts: [{ id: 'b1', title: 'backend b1', pid: 4711, state: 'running', restarts: 0 }],
  notices: [],
}

/** The id of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

t.test('the file can be read until it is removed', async (t) => {
  const folder = join(testFolder(t), 'not', 'yet', 'there')
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
  await writeStateFile(folder, TESTBED)
  t.same(await readStateFile(folder), { pid: process.pid, ...TESTBED })
  await removeStateFile(folder)
  t.equal(await readStateFile(folder), undefined)
})

t.test('the file of an ended testbed is ignored, and its folder is free', async (t) => {
  const folder = testFolder(t)
  await writeFile(join(folder, 'yard.json'), JSON.stringify({ pid: endedPid(), ...TESTBED }))
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
})

t.test('a folder serves one testbed', async (t) => {
  const folder = testFolder(t)
  await writeFile(join(folder, 'yard.json'), JSON.stringify({ pid: process.ppid, ...TESTBED }))
  await t.rejects(claimStateFolder(folder), {
    code: 'address-in-use',
    message: new RegExp(`is running already \\(process ${process.ppid}\\).*YARD_STATE`),
  })
})

t.test('a malformed file counts as no file', async (t) => {
  const folder = testFolder(t, { 'yard.json': '{' })
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
})

t.test('the folder is YARD_STATE, or in the project', async (t) => {
  t.equal(stateFolder({ YARD_STATE: '/x' }), '/x')
  t.match(stateFolder({}), /\/\.state$/)
  t.match(stateFolder({ YARD_STATE: '' }), /\/\.state$/)
})
