// How a verb finds its control plane, and which token it sends.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { claimStateFolder, type TestbedDescription, writeStateFile } from '../testbed/state-file.ts'
import { findControlPlane } from './find-control-plane.ts'

const TESTBED: TestbedDescription = {
  admin: 'http://127.0.0.1:9000',
  tokens: '/state/tokens.json',
  xds: '127.0.0.1:18000',
  secrets: '/state/secrets',
  fleets: {},
  backends: [],
  parts: [],
  notices: [],
}

const TOKENS = { 'tokens.json': '{"operator":{"role":"operator","token":"secret"}}' }

t.test(
  'a control plane is found by flag, by environment, and by the state file, in this order',
  async (t) => {
    const folder = testFolder(t, TOKENS)
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
    t.equal((await findControlPlane('127.0.0.1:2')).url, 'http://127.0.0.1:2', 'the scheme may be missing')
    t.equal((await findControlPlane('localhost:2')).url, 'http://localhost:2')
    t.equal((await findControlPlane('https://admin.example')).url, 'https://admin.example')
    for (const invalid of ['ftp://127.0.0.1', 'http://', '127.0.0.1:port']) {
      await t.rejects(findControlPlane(invalid), {
        code: 'invalid-argument',
        message: /^--admin: .*HOST:PORT/,
      })
    }
    process.env.YARD_ADMIN = 'a b'
    await t.rejects(findControlPlane(undefined), { code: 'invalid-argument', message: /^YARD_ADMIN: "a b"/ })
  },
)

t.test("a testbed's token is sent to its own control plane, and to no other", async (t) => {
  const folder = testFolder(t, TOKENS)
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

t.test('a rejected request says why no token was sent, and nothing of the kind if one was', async (t) => {
  const folder = testFolder(t, TOKENS)
  changeEnvironment(t, { YARD_STATE: folder, YARD_ADMIN: '', YARD_TOKEN: '' })
  const strict = await startAdmin(t, 401)
  const message = async () =>
    (await findControlPlane(strict.url)).getStatus().catch((error: Error) => error.message)
  t.equal(await message(), 'a token, please; no token was sent, because YARD_TOKEN is not set')
  await claimStateFolder(folder)
  await writeStateFile(folder, { ...TESTBED, tokens: join(folder, 'tokens.json') })
  t.match(await message(), `is not set, and the token of the testbed is for ${TESTBED.admin} only`)
  process.env.YARD_TOKEN = 'wrong'
  t.equal(await message(), 'a token, please')
  process.env.YARD_TOKEN = ''
  await writeStateFile(folder, { ...TESTBED, admin: strict.url, tokens: join(folder, 'tokens.json') })
  t.equal(await message(), 'a token, please')
})

function changeEnvironment(t: Test, changed: NodeJS.ProcessEnv): void {
  const before = { ...process.env }
  t.teardown(() => {
    process.env = before
  })
  process.env = { ...before, ...changed }
}

/** Answers every request with a problem document, and records tokens. */
async function startAdmin(t: Test, status = 200) {
  const authorizations: (string | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    authorizations.push(headers.authorization)
    response
      .writeHead(status)
      .end('{"type":"urn:switchyard:error:unauthenticated","detail":"a token, please"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return { authorizations, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
