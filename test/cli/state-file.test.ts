// The file by which verbs find a testbed: written by one that runs, believed only while it does.

import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { findControlPlane } from '../../cli/find-control-plane.ts'
import {
  claimStateFolder,
  readStateFile,
  removeStateFile,
  stateFolder,
  type TestbedDescription,
  writeStateFile,
} from '../../cli/testbed/state-file.ts'

const TESTBED: TestbedDescription = {
  admin: 'http://127.0.0.1:9000',
  xds: '127.0.0.1:18000',
  fleets: { edge: [{ node: 'edge-1', address: '127.0.1.1:10000', admin: 'http://127.0.0.1:9901' }] },
  backends: [{ id: 'b1', address: '127.0.0.1:7101' }],
}

/** The id of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

t.test('what was written is read, until it is removed', async (t) => {
  const folder = join(t.testdir(), 'not', 'yet', 'there')
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
  await writeStateFile(folder, TESTBED)
  t.same(await readStateFile(folder), TESTBED)
  await removeStateFile(folder)
  t.equal(await readStateFile(folder), undefined)
})

t.test('what a testbed wrote that is gone is not believed, and its folder is free', async (t) => {
  const folder = t.testdir()
  await writeFile(join(folder, 'yard.json'), JSON.stringify({ pid: endedPid(), ...TESTBED }))
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
})

t.test('a folder is for one testbed', async (t) => {
  const folder = t.testdir()
  await writeFile(join(folder, 'yard.json'), JSON.stringify({ pid: process.ppid, ...TESTBED }))
  await t.rejects(claimStateFolder(folder), {
    code: 'address-in-use',
    message: new RegExp(`runs already \\(process ${process.ppid}\\).*YARD_STATE`),
  })
})

t.test('a file that is none is as good as none', async (t) => {
  const folder = t.testdir({ 'yard.json': '{' })
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
})

t.test('the folder is that of YARD_STATE, or in the project', async (t) => {
  t.equal(stateFolder({ YARD_STATE: '/x' }), '/x')
  t.match(stateFolder({}), /\/\.state$/)
  t.match(stateFolder({ YARD_STATE: '' }), /\/\.state$/)
})

t.test(
  'a control plane is found by flag, by environment, and by what is written down, in this order',
  async (t) => {
    const folder = t.testdir()
    const before = { ...process.env }
    t.teardown(() => {
      process.env = before
    })
    process.env = { ...before, YARD_STATE: folder, YARD_ADMIN: '' }
    await t.rejects(findControlPlane(undefined), {
      code: 'unreachable',
      message: /yard up.*--admin.*YARD_ADMIN/,
    })
    await claimStateFolder(folder)
    await t.rejects(findControlPlane(undefined), { code: 'unreachable' }, 'it is not ready yet')
    await writeStateFile(folder, TESTBED)
    t.equal((await findControlPlane(undefined)).url, TESTBED.admin)
    process.env.YARD_ADMIN = 'http://127.0.0.1:1'
    t.equal((await findControlPlane(undefined)).url, 'http://127.0.0.1:1')
    t.equal((await findControlPlane('http://127.0.0.1:2/')).url, 'http://127.0.0.1:2')
  },
)
