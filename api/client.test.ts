// What the command sends to the control plane, and what it makes of the answers.

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { RestClient } from './client.ts'

interface Answer {
  readonly status?: number
  readonly body?: unknown
}

interface Seen {
  readonly line: string
  readonly type: string | undefined
  readonly etag: string | undefined
  readonly body: string
}

/** A server that gives these answers, one after the other, and notes what it was asked. */
async function serve(t: Test, ...answers: readonly Answer[]) {
  const seen: Seen[] = []
  const note = async ({ method, url, headers }: IncomingMessage, body: string) =>
    seen.push({ line: `${method} ${url}`, type: headers['content-type'], etag: headers['if-match'], body })
  const server = createServer(async (request, response) => {
    await note(request, await text(request))
    const { status = 200, body = {} } = answers[seen.length - 1] ?? {}
    response.statusCode = status
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return { seen, rest: new RestClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`) }
}

t.test('the document is replaced by YAML and changed by a merge patch, whatever it is by now', async (t) => {
  const synced = { body: { outcome: 'synced', revision: 2 } }
  const unverified = { status: 202, body: { outcome: 'unverified', revision: 3 } }
  const { rest, seen } = await serve(t, { body: { version: 1 } }, synced, unverified)
  t.same(await rest.config(), { version: 1 })
  t.match(await rest.putConfig('version: 1'), { outcome: 'synced', revision: 2 })
  t.match(await rest.patchConfig({ a: null }), { outcome: 'unverified', revision: 3 })
  t.same(seen, [
    { line: 'GET /v1/config', type: undefined, etag: undefined, body: '' },
    { line: 'PUT /v1/config?wait=30s', type: 'application/yaml', etag: '*', body: 'version: 1' },
    {
      line: 'PATCH /v1/config?wait=30s',
      type: 'application/merge-patch+json',
      etag: '*',
      body: '{"a":null}',
    },
  ])
})

t.test('names are written into paths as they have to be', async (t) => {
  const { rest, seen } = await serve(t)
  await rest.putLb('a/b', { mode: 'l4' })
  await rest.lb('a b')
  await rest.revision(3)
  t.same(
    seen.map(({ line }) => line),
    ['PUT /v1/fleets/a%2Fb/lb?wait=30s', 'GET /v1/fleets/a%20b/lb', 'GET /v1/revisions/3'],
  )
})

t.test('a problem is the error that it was there', async (t) => {
  const problems = [{ path: 'fleets.edge', message: 'is wrong' }]
  const nacked = {
    type: 'urn:switchyard:error:nacked',
    detail: 'edge-1 refused Cluster: prime',
    problems: [],
  }
  const invalid = { type: 'urn:switchyard:error:invalid-config', detail: 'is wrong', problems }
  const { rest } = await serve(
    t,
    { status: 409, body: nacked },
    { status: 422, body: invalid },
    { status: 418, body: { type: 'urn:switchyard:error:teapot', detail: 'short and stout' } },
    { status: 502, body: '<html>' },
  )
  await t.rejects(rest.status(), { code: 'nacked', message: 'edge-1 refused Cluster: prime' })
  await t.rejects(rest.status(), { code: 'invalid-config', problems })
  await t.rejects(rest.status(), { code: 'process-failed', message: 'short and stout' })
  await t.rejects(rest.status(), { code: 'process-failed', message: /status answered 502: <html>/ })
})

t.test('nobody there is told', async (t) => {
  const rest = new RestClient('http://127.0.0.1:1')
  await t.rejects(rest.status(), {
    code: 'unreachable',
    message: /nobody answers at http:\/\/127\.0\.0\.1:1:/,
  })
})
