// REST by tokens of an OpenID Connect issuer: which tokens are accepted, as whom, and what forged ones get.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateSecret } from 'jose'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { RestClient } from '../../api/client.ts'
import type { OidcRule } from '../../control-plane/access/oidc-settings.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { startProcess } from '../../processes/running-process.ts'
import { KEY_SET_PATH } from '../../services/issuer/issuer-server.ts'
import { createSigningKey, TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { fetchToken } from '../../testbed/issuer.ts'
import { openForge, type TokenRecipe } from '../support/forged-token.ts'
import { sampleWith } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'

const AUDIENCE = 'switchyard'
const DISCOVERY = '/.well-known/openid-configuration'
const RULES: readonly OidcRule[] = [
  { claim: 'groups', value: 'platform', role: 'operator' },
  { claim: 'groups', value: 'edge', role: 'operator', fleets: ['edge'] },
  { claim: 'realm_access.roles', value: 'root', role: 'admin' },
  { claim: 'scope', value: 'yard:read', role: 'viewer' },
]
const PLATFORM = { groups: ['staff', 'platform'] }

/** An issuer with discovery, whose answers a test may replace, and which counts what it is asked. */
async function serveIssuer(t: Test) {
  const asked: string[] = []
  const answers = new Map<string, (response: ServerResponse) => void>()
  const server = createServer(({ url = '' }: IncomingMessage, response) => {
    asked.push(url)
    const answer = answers.get(url)
    if (answer === undefined) response.writeHead(404).end()
    else answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = await TokenIssuer.create(url, 'ES256')
  const json = (read: () => unknown) => (response: ServerResponse) =>
    void response.end(JSON.stringify(read()))
  answers.set(
    '/.well-known/openid-configuration',
    json(() => ({ issuer: url, jwks_uri: `${url}/keys` })),
  )
  answers.set(
    '/keys',
    json(() => issuer.keySet),
  )
  return { url, issuer, asked, answers, json }
}

async function start(
  t: Test,
  options: { readonly rules?: readonly OidcRule[]; readonly nameClaim?: string } = {},
) {
  const { rules = RULES, nameClaim = 'sub' } = options
  const served = await serveIssuer(t)
  const folder = testFolder(t)
  const { adminUrl, close } = await startControlPlane({
    ...{ config: sampleWith({}), admin: '127.0.0.1:0', xds: '127.0.0.1:0', accessFolder: folder },
    oidc: { issuer: served.url, audience: AUDIENCE, rules, nameClaim },
  })
  t.teardown(close)
  const other = await TokenIssuer.create('https://elsewhere.test', 'ES256')
  const forge = await openForge({ main: served.issuer, other }, AUDIENCE, `${served.url}/stranger`)
  const as = async (recipe: TokenRecipe) => {
    const { claims = {}, ...rest } = recipe
    return new RestClient({
      url: adminUrl,
      token: await forge.make({ ...rest, claims: { ...PLATFORM, ...claims } }),
    })
  }
  return { ...served, adminUrl, as, folder }
}

t.test('a token of the issuer calls with the role of the first rule that it meets', async (t) => {
  const { as, folder } = await start(t)
  const whoIs = async (claims: Readonly<Record<string, unknown>>) =>
    await (await as({ claims: { groups: null, ...claims } })).getSession()
  t.match(await whoIs({ groups: ['staff', 'platform'] }), {
    name: 'oidc:alice',
    role: 'operator',
    fleets: undefined,
  })
  t.match(await whoIs({ groups: 'platform', scope: 'yard:read' }), { role: 'operator' })
  t.match(await whoIs({ groups: ['edge'] }), { role: 'operator', fleets: ['edge'] })
  t.match(await whoIs({ realm_access: { roles: ['root'] } }), { role: 'admin' })
  t.match(await whoIs({ scope: 'openid yard:read' }), { role: 'viewer' })
  const { expiresAt = '' } = await whoIs({ scope: 'yard:read' })
  t.ok(Date.parse(expiresAt) - Date.now() <= 600_000)

  const operator = await as({ claims: { sub: 'bob@example.org' } })
  t.match(await operator.putLb('edge', { mode: 'l7' }, { wait: false }), { revision: 2 })
  t.match(await operator.listRevisions(), { revisions: [{ author: 'oidc:bob@example.org' }, {}] })
  const viewer = await as({ claims: { groups: null, scope: 'yard:read' } })
  await t.rejects(viewer.putLb('edge', { mode: 'l4' }), { code: 'forbidden' })
  const edge = await as({ claims: { groups: ['edge'] } })
  await t.rejects(edge.getStatus(), { code: 'forbidden', message: /limited to the fleet "edge"/ })
  await t.rejects((await as({})).listTokens(), { code: 'forbidden' })
  t.match(await (await as({ claims: { groups: null, realm_access: { roles: ['root'] } } })).listTokens(), {
    tokens: [],
  })
  const log = await readFile(join(folder, 'audit.jsonl'), 'utf8')
  t.match(log, /"author":"oidc:bob@example.org","role":"operator".*"status":202,"revision":2/)
})

const NO_ROLE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'no claim': {},
  'another value': { groups: ['platforms'] },
  'another case': { groups: 'Platform' },
  'an object with the value as its key': { groups: { platform: true } },
  'a list in a list': { groups: [['platform']] },
  'a text with the value in it': { groups: 'staff platform' },
  'a number': { groups: 1 },
  'a path through a list': { realm_access: [{ roles: 'root' }] },
  'a name that every object inherits': { realm_access: 'toString' },
}

t.test('a valid token that meets no rule is forbidden everything', async (t) => {
  const { as } = await start(t)
  for (const [what, claims] of Object.entries(NO_ROLE)) {
    const rest = await as({ claims: { groups: null, ...claims } })
    await t.rejects(rest.getSession(), { code: 'forbidden', message: /match no --oidc-role/ }, what)
  }
  t.ok(await (await as({})).getSession(), 'twin')
})

/** As in the truth table of calls. */
const FORGED: Readonly<Record<string, TokenRecipe>> = {
  'S3: alg none': { header: { alg: 'none', kid: null }, tamper: 'unsign' },
  'S4: alg nOnE': { header: { alg: 'nOnE', kid: null }, tamper: 'unsign' },
  'S5: HS256 with the public key': { header: { alg: 'HS256' }, hmac: 'public-key' },
  'S6: signature flipped': { tamper: 'flip' },
  'S7: signature removed': { tamper: 'unsign' },
  'S8: unknown kid': { key: 'stranger', header: { kid: 'unknown' } },
  'a known kid with another key': { key: 'stranger' },
  'no kid with another key': { key: 'stranger', header: { kid: null } },
  'S9: kid is a path': { header: { alg: 'HS256', kid: '../../../../dev/null' }, hmac: '' },
  'S10: jku and x5u': { key: 'stranger', header: { jku: 'STRANGER/jwks.json', x5u: 'STRANGER/x5u.pem' } },
  'S11: jwk': { key: 'stranger', header: { jwk: 'stranger', kid: null } },
  'S12: expired': { claims: { exp: -60 } },
  'S13: not yet valid': { claims: { nbf: 120 } },
  'S14: no exp': { claims: { exp: null } },
  'exp is a text': { claims: { exp: '9999999999' } },
  'exp is no time that exists': { claims: { exp: 1e15 } },
  'S16: another iss': { claims: { iss: 'https://elsewhere.test' } },
  'no iss': { claims: { iss: null } },
  'S17: another aud': { claims: { aud: 'payments' } },
  'S18: no aud': { claims: { aud: null } },
  'S19: the key of another issuer': { key: 'other' },
  'a token of another issuer': { of: 'other' },
  'S22: encrypted': { tamper: 'encrypt' },
  'S23: a logout token': { header: { typ: 'logout+jwt' } },
  'an unknown crit': { header: { crit: ['x-none'], 'x-none': true } },
  'b64 false': { header: { crit: ['b64'], b64: false } },
  'no name': { claims: { sub: null } },
  'a name that is no text': { claims: { sub: 7 } },
  'an empty name': { claims: { sub: '' } },
  'a name with a line break': { claims: { sub: 'alice\n{"author":"root"}' } },
  'a name of 201 characters': { claims: { sub: 'a'.repeat(201) } },
}

t.test('forged, expired and foreign tokens are denied, and nothing that they name is fetched', async (t) => {
  const { as, asked } = await start(t)
  t.match(await (await as({})).getSession(), { role: 'operator' }, 'twin')
  for (const [what, recipe] of Object.entries(FORGED)) {
    // The tenth bad token within a minute is the last that gets 401.
    await t.rejects((await as(recipe)).getSession(), { code: /^(unauthenticated|too-many-attempts)$/ }, what)
    t.match(await (await as({})).getSession(), { role: 'operator' }, `twin: after ${what}`)
  }
  t.same(
    asked.filter((url) => url.includes('stranger')),
    [],
  )
})

t.test('the answer says why, and counts as an attempt', async (t) => {
  const { as, adminUrl } = await start(t)
  const late = await as({ claims: { exp: -60 } })
  await t.rejects(late.getSession(), {
    code: 'unauthenticated',
    message: /"exp" claim timestamp check failed/,
  })
  const foreign = await as({ claims: { aud: 'payments' } })
  await t.rejects(foreign.getSession(), { code: 'unauthenticated', message: /unexpected "aud" claim value/ })
  const ask = async () =>
    await fetch(`${adminUrl}/v1/status`, { headers: { authorization: 'Bearer e30.e30.AAAA' } })
  const first = await ask()
  t.match(first.headers.get('www-authenticate'), /error="invalid_token"/)
  for (let attempt = 3; attempt < 10; attempt += 1) t.equal((await ask()).status, 401)
  t.equal((await ask()).status, 429)
  t.ok(await (await as({})).getSession(), 'twin: a valid one passes')
})

t.test('keys are cached, and unknown keys cause no flood of requests', async (t) => {
  const { as, asked, issuer } = await start(t)
  const count = (url: string) => asked.filter((one) => one === url).length
  const valid = await as({})
  await Promise.all(Array.from({ length: 20 }, () => valid.getSession()))
  for (let index = 0; index < 20; index += 1) {
    const rest = await as({ key: 'stranger', header: { kid: `k${index}` } })
    await t.rejects(rest.getSession())
  }
  t.equal(count(DISCOVERY), 1)
  t.equal(count('/keys'), 1)
  const key = await createSigningKey('RS256')
  issuer.publish(key)
  t.ok(await valid.getSession(), 'twin')
})

t.test('keys that are no signing keys of the issuer are not used', async (t) => {
  const { as, answers, json, issuer, url } = await start(t)
  const [own] = issuer.keySet.keys
  const secret = await generateSecret('HS256', { extractable: true })
  const k = Buffer.from(await crypto.subtle.exportKey('raw', secret as never)).toString('base64url')
  answers.set(
    '/keys',
    json(() => ({
      keys: [
        { ...own, use: 'enc' },
        { kty: 'oct', kid: 'shared', k, alg: 'HS256' },
      ],
    })),
  )
  await t.rejects((await as({})).getSession(), { code: 'unauthenticated' }, 'a key for encryption')
  const shared = await as({
    header: { alg: 'HS256', kid: 'shared' },
    hmac: Buffer.from(k, 'base64url').toString('latin1'),
  })
  await t.rejects(shared.getSession(), { code: 'unauthenticated' }, 'a shared secret')
  t.match(url, /^http:\/\/127/)
})

type Answer = (response: ServerResponse) => void

/** The path of the answer, and the answer. The key set itself is right, at `/moved` too. */
const BAD_ISSUERS: Readonly<Record<string, (url: string) => readonly [path: string, answer: Answer]>> = {
  'no discovery': () => [DISCOVERY, (response) => void response.writeHead(503).end()],
  'discovery of another issuer': (url) => [
    DISCOVERY,
    (response) => void response.end(`{"issuer":"https://elsewhere.test","jwks_uri":"${url}/keys"}`),
  ],
  'discovery that is no JSON': () => [DISCOVERY, (response) => void response.end('<html>')],
  'keys at another place by a redirect': (url) => [
    '/keys',
    (response) => void response.writeHead(302, { location: `${url}/moved` }).end(),
  ],
  'keys of 1 MiB': () => [
    '/keys',
    (response) => void response.end(`{"keys":[],"x":"${'x'.repeat(1024 * 1024)}"}`),
  ],
  'keys that are no list': () => ['/keys', (response) => void response.end('{"keys":7}')],
  'a closed connection': () => ['/keys', (response) => void response.destroy()],
}

t.test(
  'without the keys of the issuer nobody passes, no attempt is counted, and own tokens go on',
  async (t) => {
    for (const [what, answerOf] of Object.entries(BAD_ISSUERS)) {
      const served = await start(t)
      served.answers.set(...answerOf(served.url))
      const rest = await served.as({})
      const begun = performance.now()
      for (let attempt = 0; attempt < 12; attempt += 1) {
        await t.rejects(
          rest.getSession(),
          { code: 'unauthenticated', message: /keys of .* cannot be read/ },
          what,
        )
      }
      // A failure is repeated for five seconds, and on a busy machine twelve attempts may take longer.
      const times = 1 + Math.floor((performance.now() - begun) / 5_000)
      t.ok(served.asked.length <= 2 * times, `${what}: a failure is repeated, and not the request`)
      const { operator } = JSON.parse(await readFile(join(served.folder, 'tokens.json'), 'utf8'))
      const own = new RestClient({ url: served.adminUrl, token: operator.token })
      t.match(await own.getSession(), { name: 'operator' }, 'twin')
    }
  },
)

t.test('the session of a login link and a stream of events end with the token', async (t) => {
  const { as, adminUrl } = await start(t)
  const rest = await as({ claims: { exp: 60 } })
  const { url } = await rest.createLoginLink()
  const session = await rest.createSession(url.split('#login=')[1] ?? '')
  t.match(session, { name: 'oidc:alice', role: 'operator' })
  t.ok(Date.parse(session.expiresAt) - Date.now() <= 60_000)
  t.ok(adminUrl)
})

t.test(
  'names can come from another claim, and OpenID Connect needs a folder for the audit log',
  async (t) => {
    const { as } = await start(t, { nameClaim: 'email' })
    const claims = { email: 'carol@example.org' }
    t.match(await (await as({ claims })).getSession(), { name: 'oidc:carol@example.org' })
    await t.rejects((await as({})).getSession(), { message: /the claim email of the token is not a name/ })
    const oidc = { issuer: 'https://i.test', audience: AUDIENCE, rules: RULES, nameClaim: 'sub' }
    const options = { config: sampleWith({}), admin: '127.0.0.1:0', xds: '127.0.0.1:0', oidc }
    await t.rejects(startControlPlane(options), { code: 'invalid-argument', message: /--state or --access/ })
  },
)

/** Starts a program of the tree, and resolves with the JSON of its ready line. */
async function run<T>(t: Test, program: string, ...args: readonly string[]): Promise<T> {
  const child = startProcess({
    name: program,
    command: process.execPath,
    args: [fileURLToPath(new URL(`../../${program}`, import.meta.url)), ...args],
    ready: (line): T | undefined => (line.startsWith('{') ? JSON.parse(line) : undefined),
  })
  t.teardown(() => child.stop())
  return await child.ready
}

t.test('yard serve accepts tokens of our issuer, both as processes', async (t) => {
  const issuer = await run<{ address: string; tokens: string }>(
    t,
    'services/issuer/issuer.ts',
    ...['--issuer', 'https://issuer.local', '--tokens', '127.0.0.1:0'],
  )
  const folder = testFolder(t, { 'yard.yaml': stringify(sampleWith({})) })
  const { admin } = await run<{ admin: string }>(
    t,
    'control-plane/main.ts',
    ...['--config', join(folder, 'yard.yaml'), '--state', join(folder, 'state')],
    ...['--oidc-issuer', 'https://issuer.local', '--oidc-audience', AUDIENCE],
    ...['--oidc-role', 'roles=ops:operator', '--oidc-jwks', `http://${issuer.address}${KEY_SET_PATH}`],
  )
  const as = async (audience: string, roles: readonly string[]) => {
    const token = await fetchToken(issuer.tokens, {
      subject: 'alice',
      audience,
      lifetime: 60,
      claims: { roles },
    })
    return new RestClient({ url: admin, token })
  }
  t.match(await (await as(AUDIENCE, ['ops'])).getSession(), { name: 'oidc:alice', role: 'operator' })
  await t.rejects((await as(AUDIENCE, ['user'])).getSession(), { code: 'forbidden' })
  await t.rejects((await as('echo', ['ops'])).getSession(), { code: 'unauthenticated' })
})
