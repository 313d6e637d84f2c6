// Logging in and out over a socket. Each denied request has an accepted twin.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { readToken } from '../../testbed/token-file.ts'
import { startControlPlane } from '../control-plane.ts'

type Headers = Readonly<Record<string, string>>

/** What a browser adds when the page of the control plane itself asks. */
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }
const LB = '/v1/fleets/edge/lb'

async function start(t: Test) {
  const folder = testFolder(t)
  const controlPlane = await startControlPlane({
    config: sampleWith({}),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    accessFolder: folder,
  })
  t.teardown(() => controlPlane.close())
  const { adminUrl, tokensFile = '' } = controlPlane
  const bearer = async (name: string) => ({ authorization: `Bearer ${await readToken(tokensFile, name)}` })
  const tokens = { operator: await bearer('operator'), viewer: await bearer('viewer') }

  const send = async (method: string, path: string, headers: Headers, body?: object) => {
    const response = await fetch(adminUrl + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const { status, headers: answered } = response
    return { status, headers: answered, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
  }
  const link = async (headers: Headers, role?: 'viewer' | 'operator') => {
    const { json } = await send('POST', '/v1/login-links', headers, role === undefined ? {} : { role })
    return new URL(json.url)
  }
  const codeOf = (url: URL) => url.hash.slice('#login='.length)
  /** Logs in as a browser does, and returns its cookie as a header. */
  const login = async (role: 'viewer' | 'operator' = 'operator', headers: Headers = OWN_PAGE) => {
    const answer = await send('POST', '/v1/sessions', headers, {
      code: codeOf(await link(tokens.operator, role)),
    })
    return { cookie: cookieIn(answer.headers) }
  }
  const write = async (headers: Headers) => await send('PUT', LB, headers, { mode: 'l7' })
  const audit = async () =>
    (await readFile(join(folder, 'audit.jsonl'), 'utf8'))
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  const cookieName = `switchyard-session-${new URL(adminUrl).port}`
  return { adminUrl, cookieName, folder, tokens, send, link, codeOf, login, write, audit }
}

/** `NAME=VALUE` of the only cookie that an answer sets. */
function cookieIn(headers: globalThis.Headers): string {
  const [cookie = ''] = headers.getSetCookie()
  return cookie.split(';', 1)[0] ?? ''
}

t.test('the link of an operator logs a browser in, whose writes have the name of the token', async (t) => {
  const { adminUrl, tokens, send, link, codeOf, write } = await start(t)
  const url = await link(tokens.operator)
  t.equal(url.href, `${adminUrl}/ui/#login=${codeOf(url)}`)
  t.equal(url.search, '', 'no code in the query')
  const answer = await send('POST', '/v1/sessions', OWN_PAGE, { code: codeOf(url) })
  t.match(answer, { status: 201, json: { name: 'operator', role: 'operator' } })
  const ends = Date.parse(answer.json.expiresAt) - Date.now()
  t.ok(ends > 11.9 * 3_600_000 && ends <= 12 * 3_600_000, 'twelve hours')
  const cookie = { cookie: cookieIn(answer.headers) }
  t.same((await send('GET', '/v1/session', cookie)).json, answer.json)
  t.equal((await send('GET', '/v1/session', {})).status, 401, 'twin: without the cookie')
  t.equal((await write({ ...cookie, ...OWN_PAGE })).status, 202)
  const { revisions } = (await send('GET', '/v1/revisions', cookie)).json
  t.equal(revisions[0].author, 'operator')
})

t.test('scripts and other sites cannot get at the cookie, and over TLS it goes nowhere else', async (t) => {
  const { adminUrl, tokens, send, link, codeOf } = await start(t)
  const attributes = async (headers: Headers) => {
    const { headers: answered } = await send('POST', '/v1/sessions', headers, {
      code: codeOf(await link(tokens.operator)),
    })
    t.equal(answered.get('cache-control'), 'no-store')
    return answered.getSetCookie()[0]
  }
  const plain = await attributes(OWN_PAGE)
  for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Expires='])
    t.match(plain, `; ${attribute}`)
  t.notMatch(plain, 'Secure', 'no browser would send it back over plain HTTP')
  t.match(await attributes({ origin: adminUrl.replace('http:', 'https:') }), /; Secure/)
})

t.test('a link logs in once', async (t) => {
  const { tokens, send, link, codeOf } = await start(t)
  const code = codeOf(await link(tokens.operator))
  t.equal((await send('POST', '/v1/sessions', OWN_PAGE, { code })).status, 201, 'twin')
  const again = await send('POST', '/v1/sessions', OWN_PAGE, { code })
  t.match(again, { status: 401, json: { type: 'urn:switchyard:error:unauthenticated', detail: /yard ui/ } })
  t.same(again.headers.getSetCookie(), [])
})

t.test('wrong codes are counted like bad tokens, and a right one still passes', async (t) => {
  const { tokens, send, link, codeOf } = await start(t)
  const attempt = async (code: string) => await send('POST', '/v1/sessions', {}, { code })
  const statuses: number[] = []
  for (let count = 0; count < 9; count += 1) statuses.push((await attempt('guess')).status)
  statuses.push((await send('GET', '/v1/status', { authorization: 'Bearer guess' })).status)
  const { status, headers } = await attempt('guess')
  t.same([...statuses, status], [...Array(10).fill(401), 429], 'tokens and codes share the limit')
  t.ok(Number(headers.get('retry-after')) > 0)
  t.equal((await attempt(codeOf(await link(tokens.operator)))).status, 201, 'twin')
})

t.test('a viewer gets links for viewers only, by token and by cookie', async (t) => {
  const { tokens, send, login } = await start(t)
  const ask = async (headers: Headers, role: string) =>
    (await send('POST', '/v1/login-links', headers, { role })).status
  const [viewer, operator] = [await login('viewer'), await login('operator')]
  t.equal(await ask(tokens.viewer, 'operator'), 403)
  t.equal(await ask({ ...viewer, ...OWN_PAGE }, 'operator'), 403)
  t.equal(await ask(tokens.viewer, 'viewer'), 201, 'twin')
  t.equal(await ask({ ...viewer, ...OWN_PAGE }, 'viewer'), 201, 'twin')
  t.equal(await ask({ ...operator, ...OWN_PAGE }, 'operator'), 201, 'twin')
  t.equal(await ask({}, 'viewer'), 401, 'nobody gets a link without a token')
  const answer = await send('POST', '/v1/login-links', tokens.viewer, {})
  t.equal(answer.status, 201, 'of its own role, if it names none')
  t.match(await send('POST', '/v1/login-links', tokens.viewer), {
    status: 400,
    json: { detail: /the body is missing/ },
  })
})

t.test('a viewer reads by its cookie and writes nothing', async (t) => {
  const { send, login, write } = await start(t)
  const viewer = await login('viewer')
  t.equal((await send('GET', '/v1/config', viewer)).status, 200)
  t.match(await write({ ...viewer, ...OWN_PAGE }), { status: 403, json: { detail: /has the role viewer/ } })
  t.equal((await write({ ...(await login('operator')), ...OWN_PAGE })).status, 202, 'twin')
})

t.test('a write by cookie needs a browser that says that the own page asks', async (t) => {
  const { adminUrl, tokens, login, write } = await start(t)
  const cookie = await login()
  const foreign: readonly Headers[] = [
    {},
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: adminUrl },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]
  for (const headers of foreign) {
    const answer = await write({ ...cookie, ...headers })
    t.match(
      answer,
      { status: 403, json: { type: 'urn:switchyard:error:forbidden' } },
      JSON.stringify(headers),
    )
  }
  t.equal((await write({ ...cookie, ...OWN_PAGE })).status, 202, 'twin')
  t.equal((await write({ ...cookie, origin: adminUrl })).status, 202, 'twin: a browser off loopback')
  t.equal((await write(tokens.operator)).status, 202, 'twin: a token, which no browser sends by itself')
})

t.test('another page cannot log the browser in', async (t) => {
  const { tokens, send, link, codeOf } = await start(t)
  const code = codeOf(await link(tokens.operator))
  const foreign = { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }
  t.equal((await send('POST', '/v1/sessions', foreign, { code })).status, 403)
  t.equal(
    (await send('POST', '/v1/sessions', OWN_PAGE, { code })).status,
    201,
    'twin: the code is still unused',
  )
})

t.test('a login makes a new secret, and ends the session that the browser had', async (t) => {
  const { cookieName, tokens, send, link, codeOf, login } = await start(t)
  const chosen = `${cookieName}=chosen-by-somebody-else`
  const { cookie } = await login('operator', { ...OWN_PAGE, cookie: chosen })
  t.not(cookie, chosen)
  t.equal((await send('GET', '/v1/session', { cookie: chosen })).status, 401)
  t.equal((await send('GET', '/v1/session', { cookie })).status, 200, 'twin')
  const code = codeOf(await link(tokens.operator))
  const second = await send('POST', '/v1/sessions', { ...OWN_PAGE, cookie }, { code })
  t.equal((await send('GET', '/v1/session', { cookie })).status, 401)
  t.equal((await send('GET', '/v1/session', { cookie: cookieIn(second.headers) })).status, 200, 'twin')
})

t.test('two control planes on one host keep the sessions of a browser apart', async (t) => {
  const [one, other] = [await start(t), await start(t)]
  const { cookie: first } = await one.login()
  // A browser sends the cookies of a host to each of its ports.
  const { cookie: second } = await other.login('viewer', { ...OWN_PAGE, cookie: first })
  t.not(first.split('=')[0], second.split('=')[0], 'neither replaces the other in the browser')
  const both = { cookie: `${first}; ${second}` }
  t.match((await one.send('GET', '/v1/session', both)).json, { role: 'operator' })
  t.match((await other.send('GET', '/v1/session', both)).json, { role: 'viewer' })
})

t.test('a logout ends the session, and no other page can log out', async (t) => {
  const { send, login } = await start(t)
  const [cookie, other] = [await login(), await login()]
  t.equal((await send('DELETE', '/v1/session', { ...cookie, 'sec-fetch-site': 'same-site' })).status, 403)
  t.equal((await send('GET', '/v1/session', cookie)).status, 200)
  const answer = await send('DELETE', '/v1/session', { ...cookie, ...OWN_PAGE })
  t.equal(answer.status, 204)
  t.match(answer.headers.getSetCookie(), [/^switchyard-session-\d+=;.*Expires=Thu, 01 Jan 1970/])
  t.equal((await send('GET', '/v1/session', cookie)).status, 401)
  t.equal((await send('GET', '/v1/session', other)).status, 200, 'twin: the other session goes on')
})

t.test('an ended session is no guess: it locks nobody out, and the browser forgets its cookie', async (t) => {
  const { cookieName, send, login } = await start(t)
  const gone = { cookie: `${cookieName}=of-an-earlier-run` }
  for (let count = 0; count < 12; count += 1) {
    const { status, headers } = await send('GET', '/v1/status', gone)
    t.equal(status, 401)
    t.match(headers.getSetCookie(), [/^switchyard-session-\d+=;/])
  }
  const guess = { ...(await login()), authorization: 'Bearer guess' }
  t.equal((await send('GET', '/v1/status', guess)).status, 401, 'a wrong token counts, whatever the cookie')
})

t.test(
  'the audit log has the author of writes by cookie, each login and logout, and no secret',
  async (t) => {
    const { folder, tokens, send, link, codeOf, login, write, audit } = await start(t)
    const code = codeOf(await link(tokens.operator, 'viewer'))
    await send('POST', '/v1/sessions', OWN_PAGE, { code: 'guess' })
    await send('POST', '/v1/sessions', OWN_PAGE, { code })
    const { cookie } = await login()
    await write({ cookie, ...OWN_PAGE })
    await write({ cookie })
    await send('DELETE', '/v1/session', { cookie, ...OWN_PAGE })
    const operator = { author: 'operator', role: 'operator' }
    t.match(await audit(), [
      { method: 'POST', path: '/v1/login-links', status: 201, ...operator },
      { method: 'POST', path: '/v1/sessions', status: 401, author: null, role: null },
      { method: 'POST', path: '/v1/sessions', status: 201, author: 'operator', role: 'viewer' },
      { method: 'POST', path: '/v1/login-links', status: 201, ...operator },
      { method: 'POST', path: '/v1/sessions', status: 201, ...operator },
      { method: 'PUT', path: LB, status: 202, revision: 2, ...operator },
      { method: 'PUT', path: LB, status: 403, ...operator },
      { method: 'DELETE', path: '/v1/session', status: 204, ...operator },
    ])
    const text = await readFile(join(folder, 'audit.jsonl'), 'utf8')
    for (const secret of [code, 'guess', cookie.split('=')[1] ?? '']) t.notOk(text.includes(secret))
  },
)
