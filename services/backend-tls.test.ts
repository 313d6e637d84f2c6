// A backend with TLS: which clients it accepts, with and without plaintext, and invalid files.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { CLIENT, callAs, ECHO } from '../test/support/tls-client.ts'
import { Authority } from '../testbed/certificates/authority.ts'
import { startBackend } from './backend-server.ts'

async function makeFiles(t: Test) {
  const folder = testFolder(t)
  const authority = await Authority.create('mesh')
  const { certificate, key } = await authority.issue(ECHO)
  const files = {
    certificate: join(folder, 'a.pem'),
    key: join(folder, 'a.key'),
    clientCa: join(folder, 'ca.pem'),
  }
  writeFileSync(files.certificate, certificate)
  writeFileSync(files.key, key)
  writeFileSync(files.clientCa, authority.issued.certificate)
  return { authority, files, ca: authority.issued.certificate }
}

const LISTEN = { host: '127.0.0.1', port: 0 }
const UNAVAILABLE = 14

for (const allowPlaintext of [true, false]) {
  t.test(
    `clients with a certificate are served, ${allowPlaintext ? 'and' : 'not'} those without TLS`,
    async (t) => {
      const { authority, files, ca } = await makeFiles(t)
      const tls = { ...files, allowPlaintext }
      const backend = await startBackend({ id: 'b1', listen: LISTEN, latencyMs: 0, tls })
      t.teardown(() => backend.close())
      const { address } = backend
      const known = { ca, issued: await authority.issue(CLIENT) }
      const expect = async () => {
        t.equal(await callAs(address, known), 0)
        t.equal(await callAs(address, { ca }), UNAVAILABLE, 'without a certificate')
        const stranger = await (await Authority.create('mesh')).issue(CLIENT)
        t.equal(
          await callAs(address, { ca, issued: stranger }),
          UNAVAILABLE,
          'with a certificate of another authority',
        )
        t.equal(await callAs(address), allowPlaintext ? 0 : UNAVAILABLE, 'without TLS')
      }
      await expect()
      backend.drain()
      await expect()
    },
  )
}

t.test('without a client CA, no client needs a certificate', async (t) => {
  const { files, ca } = await makeFiles(t)
  const { certificate, key } = files
  const backend = await startBackend({ id: 'b1', listen: LISTEN, latencyMs: 0, tls: { certificate, key } })
  t.teardown(() => backend.close())
  t.equal(await callAs(backend.address, { ca }), 0)
})

t.test('a backend does not start if its files do not match or are missing', async (t) => {
  const { authority, files } = await makeFiles(t)
  const start = (tls: typeof files) => startBackend({ id: 'b1', listen: LISTEN, latencyMs: 0, tls })
  await t.rejects(start({ ...files, clientCa: '/nonexistent' }), {
    code: 'invalid-argument',
    message: /ENOENT/,
  })
  writeFileSync(files.key, (await authority.issue(ECHO)).key)
  await t.rejects(start(files), { code: 'invalid-argument', message: /mismatch/ })
})
