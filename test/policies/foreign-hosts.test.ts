// Requests for a name that somebody has pointed to a server of ours (DNS rebinding): REST, the page and the issuer.

import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { KEY_SET_PATH, serveKeySet, serveTokens, TOKEN_PATH } from '../../services/issuer/issuer-server.ts'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { createRegistry, serveMetrics } from '../../services/metrics/metrics-server.ts'
import { startLoadControl } from '../../testbed/steady-load/load-control.ts'
import { sampleWith } from '../support/sample-config.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }
const FOREIGN = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil.example:80']
const OWN = ['localhost', '127.0.0.1', '[::1]:9000', 'rest.internal', 'REST.internal:9443']

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
}

/** Unlike `fetch`, it sends any Host. */
async function send(url: string, host: string, { method = 'GET', headers = {}, body = '' }: Sent = {}) {
  const sent = request(url, { method, headers: { ...headers, host }, agent: false })
  sent.end(body)
  const [response] = await once(sent, 'response')
  const { statusCode, headers: got } = response as { statusCode: number; headers: IncomingHttpHeaders }
  return { status: statusCode, type: got['content-type'], text: await text(response) }
}

const controlPlane = await startControlPlane({
  config: sampleWith({}),
  admin: '127.0.0.1:0',
  adminHosts: ['rest.internal'],
  xds: '127.0.0.1:0',
})
t.teardown(() => controlPlane.close())
const issuer = await TokenIssuer.create('https://issuer.test', 'ES256')
const keys = await serveKeySet(issuer, ANY_PORT, { hosts: ['keys.internal'] })
t.teardown(() => keys.close())
const tokens = await serveTokens(issuer, ANY_PORT)
t.teardown(() => tokens.close())
const TOKEN = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ subject: 'alice', audience: 'echo' }),
}

t.test('S62: REST answers 421 to a host that is not its own, on every path', async (t) => {
  const { adminUrl } = controlPlane
  for (const path of ['/v1/config', '/metrics', '/healthz', '/ui/', '/docs/', '/no/such/path']) {
    for (const host of FOREIGN) {
      const { status, type, text } = await send(`${adminUrl}${path}`, host)
      t.equal(status, 421, `${path} of ${host}`)
      t.match(type, /^application\/problem\+json/)
      t.match(JSON.parse(text), { type: 'urn:switchyard:error:misdirected-request' })
    }
  }
  const write = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"mode":"l7"}' }
  t.equal((await send(`${adminUrl}/v1/fleets/edge/lb`, 'evil.example', write)).status, 421)
  const { revisions } = JSON.parse((await send(`${adminUrl}/v1/revisions`, '127.0.0.1')).text)
  t.equal(revisions.length, 1, 'nothing was written')
  for (const host of OWN) t.equal((await send(`${adminUrl}/v1/config`, host)).status, 200, `twin: ${host}`)
})

t.test('S62: REST answers 400 to a second Host', async (t) => {
  const { hostname, port } = new URL(controlPlane.adminUrl)
  const ask = async (...hosts: readonly string[]) => {
    const socket = connect(Number(port), hostname)
    const lines = hosts.map((host) => `host: ${host}`)
    socket.write(`GET /v1/config HTTP/1.1\r\n${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`)
    return await text(socket)
  }
  for (const second of ['evil.example', 'localhost'])
    t.match(await ask('localhost', second), /^HTTP\/1\.1 400 /, second)
  t.match(await ask('localhost'), /^HTTP\/1\.1 200 /, 'twin')
})

t.test('S62: the issuer answers 421 to a host that is not its own, and issues no token', async (t) => {
  for (const host of FOREIGN) {
    const { status, text } = await send(`http://${tokens.address}${TOKEN_PATH}`, host, TOKEN)
    t.equal(status, 421, host)
    t.notMatch(text, /token"/)
    t.equal((await send(`http://${keys.address}${KEY_SET_PATH}`, host)).status, 421, `key set: ${host}`)
  }
  t.equal((await send(`http://${tokens.address}${TOKEN_PATH}`, 'issuer', TOKEN)).status, 421, 'a short name')
  t.match(
    await send(`http://${tokens.address}${TOKEN_PATH}`, tokens.address, TOKEN),
    { status: 200, text: /token"/ },
    'twin',
  )
  for (const host of [keys.address, 'localhost', 'keys.internal', 'issuer'])
    t.equal((await send(`http://${keys.address}${KEY_SET_PATH}`, host)).status, 200, `twin: ${host}`)
})

t.test('S62: metrics and the load of a testbed do not answer to other hosts, nor to pages', async (t) => {
  const metrics = await serveMetrics(createRegistry(), ANY_PORT)
  t.teardown(() => metrics.close())
  const ending = new AbortController()
  t.teardown(() => ending.abort())
  const load = await startLoadControl(ending.signal)
  for (const [url, otherwise] of [
    [`http://${metrics.address}/metrics`, 200],
    [load.url, 404],
  ] as const) {
    t.equal((await send(url, 'evil.example')).status, 421, url)
    t.equal((await send(url, 'localhost', { headers: { origin: 'http://evil.example' } })).status, 403, url)
    t.equal((await send(url, 'localhost')).status, otherwise, `twin: ${url}`)
  }
})
