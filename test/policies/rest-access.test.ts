// Access over REST: who may read, who may write, and what the audit log contains.

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAdmin } from '../../control-plane/admin/admin.ts'
import { nodesIn, startControlPlane, startLoadTally } from '../../control-plane/control-plane.ts'
import { Revisions } from '../../control-plane/rollout/revisions.ts'
import { openSqliteStore } from '../../control-plane/store/sqlite-store.ts'
import { readToken } from '../../testbed/token-file.ts'
import { SnapshotCache } from '../../xds-server/index.ts'
import { selfSignedCertificate, writeCertificate } from '../support/certificates.ts'
import { NO_EVENTS } from '../support/no-events.ts'
import { sampleWith } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'

const LB = '/v1/fleets/edge/lb'
const B9 = '/v1/upstreams/echo/endpoints/b9'
const CONFIG = sampleWith({ 'upstreams.echo.endpointsFrom': { registration: {} } })
const WRITES: readonly [method: string, path: string, body: object][] = [
  ['PUT', LB, { mode: 'l7' }],
  ['PUT', '/v1/config', sampleWith({})],
  ['PATCH', '/v1/config', { fleets: { edge: { lb: { mode: 'l4' } } } }],
]
const ENDPOINT_WRITES: readonly [method: string, body: object | undefined, accepted: number][] = [
  ['PUT', { address: '127.0.0.1:7109' }, 201],
  ['DELETE', undefined, 204],
]
const READS = [
  '/v1/config',
  LB,
  '/v1/revisions',
  '/v1/revisions/1',
  '/v1/status',
  '/v1/snapshots/edge',
  '/v1/upstreams/echo/endpoints',
  '/metrics',
]
const OPEN = ['/healthz', '/readyz', '/openapi.json', '/docs/']

async function start(t: Test, options: { readonly openMetrics?: boolean } = {}) {
  const stateFolder = join(testFolder(t), 'state')
  const {
    adminUrl,
    close,
    tokensFile = '',
  } = await startControlPlane({
    config: CONFIG,
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    stateFolder,
    ...options,
  })
  t.teardown(close)
  const [operator, viewer] = [await readToken(tokensFile, 'operator'), await readToken(tokensFile, 'viewer')]
  const ask = async (path: string, authorization?: string, method = 'GET', body?: object) => {
    const merge = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const response = await fetch(`${adminUrl}${path}`, {
      method,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(body && { 'content-type': merge, 'if-match': '*' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text }
  }
  const audit = async () =>
    (await readFile(join(stateFolder, 'audit.jsonl'), 'utf8'))
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  return { ask, audit, stateFolder, operator: `Bearer ${operator}`, viewer: `Bearer ${viewer}` }
}

t.test('S49: reads and writes without a token are denied', async (t) => {
  const { ask, viewer, operator } = await start(t)
  const bad = [
    undefined,
    '',
    'Bearer',
    'Bearer x',
    'Basic b3BlcmF0b3I6eA==',
    operator.slice('Bearer '.length),
  ]
  for (const authorization of bad) {
    const { status, headers, text } = await ask('/v1/config', authorization)
    t.equal(status, 401, `${authorization}`)
    t.match(headers.get('www-authenticate'), /^Bearer realm="switchyard"/)
    t.match(JSON.parse(text), { type: 'urn:switchyard:error:unauthenticated' })
  }
  t.equal((await ask('/v1/config', viewer)).status, 200, 'twin')
  t.equal((await ask('/v1/config', operator.replace('Bearer', 'bearer'))).status, 200, 'twin')
})

t.test('S49: every route except health and docs needs a token', async (t) => {
  const { ask, viewer, operator } = await start(t)
  for (const path of [...READS, '/v1/no/such/path']) t.equal((await ask(path)).status, 401, path)
  for (const path of READS) t.equal((await ask(path, viewer)).status, 200, `twin: ${path}`)
  for (const path of OPEN) t.equal((await ask(path)).status, 200, `open: ${path}`)
  t.equal((await ask('/v1/no/such/path', operator)).status, 404, 'with a token, an unknown path gives 404')
})

for (const [method, path, body] of WRITES) {
  t.test(`S49: a viewer's ${method} ${path} is denied, and an operator's succeeds`, async (t) => {
    const { ask, viewer, operator } = await start(t)
    t.equal((await ask(path, undefined, method, body)).status, 401)
    const { status, text } = await ask(path, viewer, method, body)
    t.equal(status, 403)
    t.match(JSON.parse(text), {
      type: 'urn:switchyard:error:forbidden',
      detail: /"viewer" has the role viewer/,
    })
    t.match(
      JSON.parse((await ask('/v1/revisions', viewer)).text).revisions,
      { length: 1 },
      'no revision was written',
    )
    t.equal((await ask(path, operator, method, body)).status, 202, 'twin')
  })
}

t.test("S49: endpoints register and leave with an operator's token only", async (t) => {
  const { ask, audit, viewer, operator } = await start(t)
  for (const [method, body, accepted] of ENDPOINT_WRITES) {
    t.equal((await ask(B9, undefined, method, body)).status, 401, `${method} without a token`)
    t.equal((await ask(B9, 'Bearer guess', method, body)).status, 401, `${method} with an unknown token`)
    t.equal((await ask(B9, viewer, method, body)).status, 403, `${method} by a viewer`)
    t.equal((await ask(B9, operator, method, body)).status, accepted, `twin: ${method} by an operator`)
  }
  for (const accepted of [201, 200])
    t.equal((await ask(B9, operator, 'PUT', ENDPOINT_WRITES[0]?.[1])).status, accepted)
  t.match(
    (await audit()).filter(({ status }) => status < 400),
    [
      { method: 'PUT', path: B9, author: 'operator' },
      { method: 'DELETE', path: B9, author: 'operator' },
      { method: 'PUT', path: B9, author: 'operator', status: 201 },
    ],
    'renewals are not logged',
  )
})

t.test('S49: invalid tokens are counted by address, and a valid one still passes', async (t) => {
  const { ask, viewer } = await start(t)
  const statuses: number[] = []
  for (let attempt = 0; attempt < 12; attempt += 1)
    statuses.push((await ask('/v1/status', 'Bearer guess')).status)
  t.same(statuses, [...Array(10).fill(401), 429, 429])
  const { headers, text } = await ask('/v1/status', 'Bearer guess')
  t.match(Number(headers.get('retry-after')) <= 60, true)
  t.match(JSON.parse(text), { type: 'urn:switchyard:error:too-many-attempts' })
  t.equal((await ask('/v1/status', viewer)).status, 200, 'twin')
})

t.test('S49: attempts of one address do not count for another', async (t) => {
  const cache = new SnapshotCache()
  const state = await Revisions.open({ store: openSqliteStore(':memory:'), cache, initial: sampleWith({}) })
  const access = { tokens: { callerOf: () => undefined }, audit: { append: async () => {} } }
  const admin = await createAdmin({
    state,
    nodes: nodesIn(cache),
    ...startLoadTally(state),
    ...NO_EVENTS,
    access,
  })
  t.teardown(() => admin.close())
  const statusFrom = async (remoteAddress: string) =>
    (await admin.inject({ url: '/v1/status', remoteAddress })).statusCode
  for (let attempt = 0; attempt < 10; attempt += 1) await statusFrom('10.0.0.1')
  t.equal(await statusFrom('10.0.0.1'), 429)
  t.equal(await statusFrom('10.0.0.2'), 401)
})

t.test(
  'S49: the audit log has each write and each denied attempt with its author, and no token',
  async (t) => {
    const { ask, audit, stateFolder, viewer, operator } = await start(t)
    await ask(LB, operator, 'PUT', { mode: 'l7' })
    await ask(LB, viewer, 'PUT', { mode: 'l4' })
    await ask(LB, 'Bearer guess', 'PUT', { mode: 'l4' })
    await ask(LB, operator, 'PUT', { mode: 'sideways' })
    await ask('/v1/status', viewer)
    const common = { method: 'PUT', path: LB, from: '127.0.0.1', time: /^\d{4}-.*Z$/ }
    const lines = await audit()
    t.match(lines, [
      { ...common, author: 'operator', role: 'operator', status: 202, revision: 2 },
      { ...common, author: 'viewer', role: 'viewer', status: 403 },
      { ...common, author: null, role: null, status: 401 },
      { ...common, author: 'operator', role: 'operator', status: 422 },
    ])
    t.equal(lines.length, 4, 'reads are not logged')
    const file = join(stateFolder, 'audit.jsonl')
    t.equal((await stat(file)).mode & 0o777, 0o600)
    const text = await readFile(file, 'utf8')
    for (const token of [viewer, operator]) t.notOk(text.includes(token.slice('Bearer '.length)))
    const [revision] = JSON.parse((await ask('/v1/revisions', viewer)).text).revisions
    t.equal(revision.author, 'operator', 'the revision has the same author')
  },
)

t.test('S49: /metrics is open without a token only if that is configured', async (t) => {
  const { ask } = await start(t, { openMetrics: true })
  t.equal((await ask('/metrics')).status, 200)
  t.equal((await ask('/v1/status')).status, 401, 'other paths need a token')
})

t.test('S49: off loopback the admin API does not start without tokens', async (t) => {
  const options = { config: sampleWith({}), xds: '127.0.0.1:0' }
  for (const admin of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
    await t.rejects(startControlPlane({ ...options, admin }), {
      code: 'invalid-argument',
      message: /without tokens/,
    })
  }
  const { close } = await startControlPlane({ ...options, admin: '0.0.0.0:0', accessFolder: testFolder(t) })
  t.teardown(close)
})

t.test('plaintext xDS off loopback needs --insecure, and mutual TLS and a Unix socket do not', async (t) => {
  const admin = '127.0.0.1:0'
  const config = sampleWith({})
  for (const xds of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0', 'localhost.example:0']) {
    await t.rejects(startControlPlane({ config, admin, xds }), {
      code: 'invalid-argument',
      message: /in plaintext, where anybody could ask/,
    })
  }
  const folder = await mkdtemp(join(tmpdir(), 'yard-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeCertificate(folder, 'xds', await selfSignedCertificate())
  const certificate = join(folder, 'xds.pem')
  const xdsTls = { certificate, key: join(folder, 'xds.key'), clientCa: certificate }
  const served = [
    { xds: '127.0.0.1:0' },
    { xds: `unix:${join(folder, 'xds.sock')}` },
    { xds: '0.0.0.0:0', xdsTls },
    { xds: '0.0.0.0:0', insecure: true },
  ]
  for (const options of served) {
    const { close } = await startControlPlane({ config, admin, ...options })
    await close()
  }
})

t.test('S49: the API document says which operations need a token', async (t) => {
  const { ask } = await start(t)
  const { components, security, paths } = JSON.parse((await ask('/openapi.json')).text)
  t.same(components.securitySchemes, { token: { type: 'http', scheme: 'bearer' } })
  t.same(security, [{ token: [] }])
  t.same([paths['/healthz'].get.security, paths['/readyz'].get.security], [[], []])
  t.equal(paths['/v1/config'].put.security, undefined)
})
