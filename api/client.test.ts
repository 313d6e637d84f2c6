// What the client sends, and what it makes of answers.

import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { Authority } from '../testbed/certificates/authority.ts'
import { type CallOptions, RestClient } from './client.ts'
import { OPERATIONS } from './operations.ts'

interface Answer {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A client whose `fetch` gives these answers, one after the other, and records the requests. */
function clientWith(...answers: readonly Answer[]) {
  const seen: { line: string; headers: Readonly<Record<string, string>>; body: unknown }[] = []
  const rest = new RestClient({
    url: 'http://control-plane:9000/',
    token: 'mine',
    fetch: async (url, { method, headers, body, signal } = {}) => {
      signal?.throwIfAborted()
      const { authorization, ...others } = headers as Record<string, string>
      seen.push({ line: `${method} ${url}`, headers: others, body })
      if (seen.length === 1) t.equal(authorization, 'Bearer mine')
      const answer = answers[seen.length - 1] ?? {}
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {})
      return new Response(text, {
        status: answer.status ?? 200,
        ...(answer.headers && { headers: answer.headers }),
      })
    },
  })
  return { rest, seen }
}

const URL = 'http://control-plane:9000'

t.test('there is a method for every operation', async (t) => {
  const { rest } = clientWith()
  for (const id of Object.keys(OPERATIONS)) t.type(rest[id as keyof typeof OPERATIONS], 'function', id)
})

t.test(
  'a document is replaced by YAML or JSON and changed by a merge patch, by default whatever it is',
  async (t) => {
    const { rest, seen } = clientWith()
    await rest.putConfig('version: 1')
    await rest.putConfig({ version: 1 })
    await rest.patchConfig({ a: null })
    const any = { 'if-match': '*' }
    t.same(seen, [
      {
        line: `PUT ${URL}/v1/config?wait=30s`,
        headers: { ...any, 'content-type': 'application/yaml' },
        body: 'version: 1',
      },
      {
        line: `PUT ${URL}/v1/config?wait=30s`,
        headers: { ...any, 'content-type': 'application/json' },
        body: '{"version":1}',
      },
      {
        line: `PATCH ${URL}/v1/config?wait=30s`,
        headers: { ...any, 'content-type': 'application/merge-patch+json' },
        body: '{"a":null}',
      },
    ])
  },
)

t.test('the document comes with the ETag with which it can be written back', async (t) => {
  const { rest, seen } = clientWith({ body: { version: 1 }, headers: { etag: '"7-x"' } })
  const { config, etag } = await rest.getConfig()
  t.same({ config, etag }, { config: { version: 1 }, etag: '"7-x"' })
  await rest.patchConfig({}, { etag, wait: '5m' })
  t.match(seen[1], { line: /wait=5m$/, headers: { 'if-match': '"7-x"' } })
})

t.test('a write that shall not wait has no wait in its query', async (t) => {
  const { rest, seen } = clientWith()
  await rest.putLb('edge', { mode: 'l4' }, { wait: false })
  t.equal(seen[0]?.line, `PUT ${URL}/v1/fleets/edge/lb`)
  t.notHas(seen[0]?.headers, { 'if-match': String })
})

t.test('a login link has the role that is asked for, and its code is sent in a body', async (t) => {
  const { rest, seen } = clientWith()
  await rest.createLoginLink()
  await rest.createLoginLink({ role: 'viewer' })
  await rest.createSession('code')
  await rest.deleteSession()
  t.same(
    seen.map(({ line, body }) => [line.replace(URL, ''), body]),
    [
      ['POST /v1/login-links', '{}'],
      ['POST /v1/login-links', '{"role":"viewer"}'],
      ['POST /v1/sessions', '{"code":"code"}'],
      ['DELETE /v1/session', undefined],
    ],
  )
})

t.test('names are escaped in paths', async (t) => {
  const { rest, seen } = clientWith()
  await rest.putLb('a/b', { mode: 'l4' })
  await rest.getLb('a b')
  await rest.getRevision(3)
  await rest.waitForRevision(3, { wait: '1s' })
  await rest.listRevisions()
  await rest.listRevisions({ limit: 20, before: 57 })
  t.same(
    seen.map(({ line }) => line.replace(URL, '')),
    [
      'PUT /v1/fleets/a%2Fb/lb?wait=30s',
      'GET /v1/fleets/a%20b/lb',
      'GET /v1/revisions/3',
      'GET /v1/revisions/3?wait=1s',
      'GET /v1/revisions',
      'GET /v1/revisions?limit=20&before=57',
    ],
  )
})

t.test('a call may have a token and a signal of its own', async (t) => {
  const calls: unknown[] = []
  const rest = new RestClient({
    url: URL,
    fetch: async (_url, init) => {
      calls.push(init?.headers)
      if (init?.signal?.aborted) throw new TypeError('fetch failed')
      return new Response('{}')
    },
  })
  await rest.getStatus()
  await rest.getStatus({ token: 'other' })
  t.same(calls, [{}, { authorization: 'Bearer other' }])
  const options: CallOptions = { signal: AbortSignal.abort(new Error('enough')) }
  await t.rejects(rest.getStatus(options), { message: 'enough' })
})

t.test('a problem document becomes the error that it was on the server', async (t) => {
  const problems = [{ path: 'fleets.edge', message: 'is wrong' }]
  const nacked = { type: 'urn:switchyard:error:nacked', detail: 'edge-1 NACKed Cluster: prime', revision: 2 }
  const invalid = { type: 'urn:switchyard:error:invalid-config', detail: 'is wrong', problems }
  const { rest } = clientWith(
    { status: 409, body: nacked },
    { status: 422, body: invalid },
    { status: 418, body: { type: 'urn:switchyard:error:teapot', detail: 'short and stout' } },
    { status: 418, body: { type: 'urn:switchyard:error:toString', detail: 'short and stout' } },
    { status: 502, body: '<html>' },
    { status: 500, body: 'null' },
  )
  await t.rejects(rest.getStatus(), { code: 'nacked', message: nacked.detail, cause: { revision: 2 } })
  await t.rejects(rest.getStatus(), { code: 'invalid-config', problems })
  await t.rejects(rest.getStatus(), { code: 'process-failed', message: 'short and stout' })
  await t.rejects(rest.getStatus(), { code: 'process-failed', message: 'short and stout' })
  await t.rejects(rest.getStatus(), { code: 'process-failed', message: /answered 502: <html>/ })
  await t.rejects(rest.getStatus(), { code: 'process-failed', message: /answered 500: null/ })
})

t.test('a certificate that is not trusted is not reported as a missing server', async (t) => {
  const authority = await Authority.create('mesh')
  const { certificate, key } = await authority.issue({ name: 'rest', ips: ['127.0.0.1'] })
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end('{}'))
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const rest = new RestClient({ url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` })
  await t.rejects(rest.getStatus(), {
    code: 'unreachable',
    message: /^TLS with https:\/\/127\S+ failed \(unable to verify .*\): .*NODE_EXTRA_CA_CERTS/,
  })
})

t.test('no answer is an error that names the URL', async (t) => {
  const rest = new RestClient({ url: 'http://127.0.0.1:1' })
  await t.rejects(rest.getStatus(), {
    code: 'unreachable',
    message: /nothing answers at http:\/\/127\.0\.0\.1:1:/,
  })
})
