// How a verb finds its control plane, and which token it sends.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { claimStateFolder, type TestbedDescription, writeStateFile } from '../testbed/state-file.ts'
import { findControlPlane } from './find-control-plane.ts'

const TESTBED: TestbedDescription = {
  admin: 'http://127.0.0.1:9000',
  tokens: '/state/tokens.json',
  xds: '127.0.0.1:18000',
  fleets: {},
  backends: [],
  parts: [],
  notices: [],
}

const TOKENS = { 'tokens.json': '{"operator":{"role":"operator","token":"secret"}}' }

t.test(
  'a control plane is found by flag, by environment, and by the state file, in this order',
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
