// The file through which verbs find a testbed: valid only while the process that wrote it runs.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findControlPlane } from '../cli/find-control-plane.ts'
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
  fleets: { edge: [{ node: 'edge-1', address: '127.0.1.1:10000', admin: 'http://127.0.0.1:9901' }] },
  backends: [{ id: 'b1', address: '127.0.0.1:7101' }],
}

const TOKENS = { 'tokens.json': '{"operator":{"role":"operator","token":"secret"}}' }

/** The id of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

t.test('the file can be read until it is removed', async (t) => {
  const folder = join(t.testdir(), 'not', 'yet', 'there')
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
  await writeStateFile(folder, TESTBED)
  t.same(await readStateFile(folder), TESTBED)
  await removeStateFile(folder)
  t.equal(await readStateFile(folder), undefined)
})

t.test('the file of an ended testbed is ignored, and its folder is free', async (t) => {
  const folder = t.testdir()
  await writeFile(join(folder, 'yard.json'), JSON.stringify({ pid: endedPid(), ...TESTBED }))
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
})

t.test('a folder serves one testbed', async (t) => {
  const folder = t.testdir()
  await writeFile(join(folder, 'yard.json'), JSON.stringify({ pid: process.ppid, ...TESTBED }))
  await t.rejects(claimStateFolder(folder), {
    code: 'address-in-use',
    message: new RegExp(`is running already \\(process ${process.ppid}\\).*YARD_STATE`),
  })
})

t.test('a malformed file counts as no file', async (t) => {
  const folder = t.testdir({ 'yard.json': '{' })
  t.equal(await readStateFile(folder), undefined)
  await claimStateFolder(folder)
})

t.test('the folder is YARD_STATE, or in the project', async (t) => {
  t.equal(stateFolder({ YARD_STATE: '/x' }), '/x')
  t.match(stateFolder({}), /\/\.state$/)
  t.match(stateFolder({ YARD_STATE: '' }), /\/\.state$/)
})

t.test(
  'a control plane is found by flag, by environment, and by what is written down, in this order',
  async (t) => {
    const folder = t.testdir(TOKENS)
    changeEnvironment(t, { YARD_STATE: folder, YARD_ADMIN: '', YARD_TOKEN: '' })
    await t.rejects(findControlPlane(undefined), {
      code: 'unreachable',
      message: /yard up.*--admin.*YARD_ADMIN/,
    })
    await claimStateFolder(folder)
    await t.rejects(findControlPlane(undefined), { code: 'unreachable' }, 'it is not ready yet')
    await writeStateFile(folder, { ...TESTBED, tokens: join(folder, 'tokens.json') })
    t.equal((await findControlPlane(undefined)).url, TESTBED.admin)
    process.env.YARD_ADMIN = 'http://127.0.0.1:1'
    t.equal((await findControlPlane(undefined)).url, 'http://127.0.0.1:1')
    t.equal((await findControlPlane('http://127.0.0.1:2/')).url, 'http://127.0.0.1:2')
  },
)

t.test("a testbed's token is sent to its own control plane, and to no other", async (t) => {
  const folder = t.testdir(TOKENS)
  changeEnvironment(t, { YARD_STATE: folder, YARD_ADMIN: '', YARD_TOKEN: '' })
  const [ours, other] = [await startAdmin(t), await startAdmin(t)]
  await claimStateFolder(folder)
  await writeStateFile(folder, { ...TESTBED, admin: ours.url, tokens: join(folder, 'tokens.json') })
  const sent = async (admin: string | undefined) => (await findControlPlane(admin)).getStatus()
  await sent(undefined)
  await sent(`${ours.url}/`)
  await sent(other.url)
  process.env.YARD_TOKEN = 'given'
  await sent(other.url)
  await sent(undefined)
  t.same(ours.authorizations, ['Bearer secret', 'Bearer secret', 'Bearer given'])
  t.same(other.authorizations, [undefined, 'Bearer given'])
})

function changeEnvironment(t: Test, changed: NodeJS.ProcessEnv): void {
  const before = { ...process.env }
  t.teardown(() => {
    process.env = before
  })
  process.env = { ...before, ...changed }
}

/** Answers every request with an empty object, and records tokens. */
async function startAdmin(t: Test) {
  const authorizations: (string | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    authorizations.push(headers.authorization)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return { authorizations, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
