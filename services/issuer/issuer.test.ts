// The issuer as a process: its ready line, its key set, its commands, and invalid flags.

import { fileURLToPath } from 'node:url'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import { startProcess } from '../../processes/running-process.ts'
import { parseIssuerFlags } from './issuer-flags.ts'
import { KEY_SET_PATH, TOKEN_PATH } from './issuer-server.ts'

const FILE = fileURLToPath(new URL('./issuer.ts', import.meta.url))

interface Ready {
  readonly issuer: string
  readonly address: string
  readonly signing: string
  readonly tokens?: string
}

function startIssuer(t: Test, ...flags: string[]) {
  const issuer = startProcess({
    name: 'the issuer',
    command: process.execPath,
    args: [FILE, '--issuer', 'https://i', '--algorithm', 'EdDSA', ...flags],
    ready: (line): Ready | undefined => (line.startsWith('{"issuer"') ? JSON.parse(line) : undefined),
  })
  t.teardown(() => issuer.stop())
  return issuer
}

t.test('the issuer serves its key set, and signs and rotates on commands', async (t) => {
  const issuer = startIssuer(t)
  const { address, signing } = await issuer.ready
  const ask = (command: object) =>
    issuer.ask(JSON.stringify(command), (line): Record<string, string> | undefined =>
      line.startsWith('{') ? JSON.parse(line) : undefined,
    )
  const keys = createRemoteJWKSet(new URL(`http://${address}${KEY_SET_PATH}`), { cooldownDuration: 0 })
  const sign = async () =>
    String((await ask({ token: { subject: 'a', audience: 'echo', lifetime: 60 } })).token)
  const first = await jwtVerify(await sign(), keys, { issuer: 'https://i', audience: 'echo' })
  t.equal(first.protectedHeader.kid, signing)

  const { published } = await ask({ publish: 'RS256' })
  t.same(await ask({ signWith: published }), { signing: published })
  t.same(await ask({ retire: signing }), { retired: signing })
  t.equal((await jwtVerify(await sign(), keys)).protectedHeader.kid, published)
  t.match(await ask({ retire: published }), { failed: /is the signing key/ })
  t.match(await ask({ dance: true }), { failed: /"dance" is not a command; give one of token, publish/ })
  t.equal((await fetch(`http://${address}/elsewhere`)).status, 404)
})

t.test('the issuer answers valid token requests at a separate address only', async (t) => {
  const { address, tokens } = await startIssuer(t, '--tokens', '127.0.0.1:0').ready
  const post = (body: unknown, { at = tokens, type = 'application/json' } = {}) =>
    fetch(`http://${at}${TOKEN_PATH}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    })
  const answer = await post({ subject: 'alice', audience: 'echo', claims: { roles: ['admin'] } })
  t.equal(answer.status, 200)
  const { token } = (await answer.json()) as { readonly token: string }
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`http://${address}${KEY_SET_PATH}`)))
  t.match(payload, { iss: 'https://i', sub: 'alice', aud: 'echo', roles: ['admin'] })
  t.equal(Number(payload.exp) - Number(payload.iat), 600)

  const wrong = await post({ subject: '', lifetime: 'long', claims: { sub: 'root' } })
  t.equal(wrong.status, 400)
  t.match((await wrong.json()) as object, {
    failed: /subject: .*\n.*audience: .*\n.*lifetime: .*\n.*claims\.sub: /,
  })
  t.equal((await post('alice')).status, 400)
  t.equal(
    (await post({}, { type: 'text/plain' })).status,
    415,
    'a content type that a web page may send without a preflight',
  )
  t.equal((await post({}, { at: address })).status, 404, 'the address of the key set issues no tokens')
  t.equal((await fetch(`http://${tokens}${KEY_SET_PATH}`)).status, 404)
})

t.test('all invalid flags are reported at once', async (t) => {
  t.throws(() => parseIssuerFlags(['--algorithm', 'HS256', '--listen', 'nowhere']), {
    code: 'invalid-argument',
    problems: [{ path: '--issuer' }, { path: '--algorithm' }, { path: '--listen' }],
  })
  t.throws(() => parseIssuerFlags(['--issuer', 'https://i', '--tokens', '0.0.0.0:0']), {
    message: /--tokens: .* is not a loopback address/,
  })
  t.throws(() => parseIssuerFlags(['--dance']), { code: 'invalid-argument' })
  t.same(parseIssuerFlags(['--issuer', 'https://i']), {
    issuer: 'https://i',
    listen: { host: '127.0.0.1', port: 0 },
    algorithm: 'ES256',
  })
})
