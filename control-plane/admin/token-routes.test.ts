// Tokens over REST: what each role may do, what a limit to fleets takes away, and that both take effect at once.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { OPERATIONS, type Operation, type OperationId } from '../../api/operations.ts'
import { ROLES, type Role, type TokenRequest } from '../../api/schemas/tokens.ts'
import { sampleConfig, sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { readToken } from '../../testbed/token-file.ts'
import { ROLES as ACCESS_ROLES } from '../access/roles.ts'
import { startControlPlane } from '../control-plane.ts'

/** A second fleet that shares the upstream `echo`, and has the upstream `unused` for itself. */
const WEST = {
  ...sampleConfig().fleets.edge,
  listeners: { main: { port: 10001, l4: { upstream: 'echo' }, l7: { routes: 'west' } } },
}
const CONFIG = sampleWith({
  'fleets.west': WEST,
  'routes.west': {
    hosts: ['*'],
    rules: { all: { match: { service: 'west.Service' }, to: { unused: 100 } } },
  },
  'upstreams.unused.endpointsFrom': { registration: {} },
  'upstreams.echo-v2.endpointsFrom': { registration: {} },
  'upstreams.echo.endpointsFrom': { registration: {} },
})
const NODE = { address: '127.0.0.1:7109' }

async function start(t: Test, files: Readonly<Record<string, string>> = {}) {
  const folder = testFolder(t, { files })
  const { adminUrl, tokensFile, close } = await startControlPlane({
    config: CONFIG,
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    accessFolder: folder,
    filesFolder: join(folder, 'files'),
  })
  t.teardown(close)
  const as = (token: string) => new RestClient({ url: adminUrl, token })
  const admin = as(await readToken(tokensFile ?? '', 'admin'))
  const create = async (request: TokenRequest) => as((await admin.createToken(request)).token)
  const audit = async () => await readFile(join(folder, 'audit.jsonl'), 'utf8')
  return { adminUrl, admin, as, create, audit }
}

/** What a role may do, beside what every caller may. */
const READS: readonly OperationId[] = (Object.keys(OPERATIONS) as OperationId[]).filter(
  (id) => OPERATIONS[id].method === 'GET' && id !== 'listTokens',
)
const VIEWER: readonly OperationId[] = [...READS, 'createLoginLink']
const WRITES: readonly OperationId[] = [
  'putConfig',
  'patchConfig',
  'putLb',
  'putTestbedLoad',
  'deleteStreams',
]
const REGISTER: readonly OperationId[] = ['putEndpoint', 'deleteEndpoint']
const MANAGE: readonly OperationId[] = ['listTokens', 'createToken', 'deleteToken']
const EVERYBODY: readonly OperationId[] = [
  ...(['createSession', 'getSession', 'deleteSession', 'getHealth', 'getReadiness'] as const),
]
const MAY: Readonly<Record<Role, readonly OperationId[]>> = {
  viewer: VIEWER,
  operator: [...VIEWER, ...WRITES, ...REGISTER],
  admin: [...VIEWER, ...WRITES, ...REGISTER, ...MANAGE],
  registrar: REGISTER,
}

t.test('each role may do what it is for, and nothing else', async (t) => {
  t.same([...ROLES].sort(), [...ACCESS_ROLES].sort(), 'REST has the roles of the access room')
  const { adminUrl, admin } = await start(t)
  for (const role of ROLES) {
    const { token } = await admin.createToken({ name: `a-${role}`, role })
    for (const [id, { method, path }] of Object.entries(OPERATIONS) as [OperationId, Operation][]) {
      const end = new AbortController()
      // Without a body, an allowed write fails later, at its validation.
      const { status } = await fetch(adminUrl + path.replace(/\{\w+\}/g, 'nobody'), {
        method,
        headers: { authorization: `Bearer ${token}` },
        signal: end.signal,
      })
      end.abort()
      const isAllowed = EVERYBODY.includes(id) || MAY[role].includes(id)
      t.equal(status !== 403 && status !== 401, isAllowed, `${role}: ${id} ${status}`)
    }
    const metrics = await fetch(`${adminUrl}/metrics`, { headers: { authorization: `Bearer ${token}` } })
    t.equal(metrics.status, role === 'registrar' ? 403 : 200, `${role}: /metrics`)
  }
})

t.test('a registrar registers and removes an endpoint, and the revision stays', async (t) => {
  const { create } = await start(t)
  const registrar = await create({ name: 'b9', role: 'registrar' })
  t.match(await registrar.putEndpoint('echo', 'b9', NODE), { served: true })
  await registrar.deleteEndpoint('echo', 'b9')
  await t.rejects(registrar.listEndpoints('echo'), { code: 'forbidden', message: /needs the role viewer or/ })
  await t.rejects(registrar.createLoginLink(), { code: 'forbidden' })
})

t.test('a token limited to a fleet changes and reads this fleet only', async (t) => {
  const { admin, create } = await start(t)
  const edge = await create({ name: 'edge-ci', role: 'operator', fleets: ['edge'] })
  t.match(await edge.putLb('edge', { mode: 'l7' }, { wait: false }), { revision: 2 })
  const own = { fleets: { edge: { onNack: 'rollback' } } }
  t.match(await edge.patchConfig(own, { wait: false }), { revision: 3 })
  await t.resolves(edge.getSnapshot('edge'))
  await t.resolves(edge.getLoad({ fleet: 'edge' }))
  await t.resolves(edge.getTraffic({ fleet: 'edge' }))
  t.match(await edge.getSession(), { name: 'edge-ci', role: 'operator', fleets: ['edge'] })

  const rejected: Readonly<Record<string, () => Promise<unknown>>> = {
    'lb of another': () => edge.putLb('west', { mode: 'l7' }),
    'snapshot of another': () => edge.getSnapshot('west'),
    'load of all': () => edge.getLoad(),
    'load of another': () => edge.getLoad({ fleet: 'west' }),
    'traffic of all': () => edge.getTraffic(),
    'the whole document': () => edge.getConfig(),
    'the status of all': () => edge.getStatus(),
    'a login link': () => edge.createLoginLink(),
    'a patch of another fleet': () => edge.patchConfig({ fleets: { west: { onNack: 'rollback' } } }),
    'a patch of both': () =>
      edge.patchConfig({
        fleets: { edge: { onNack: 'hold' }, west: { onNack: 'rollback' } },
      }),
    'removing another': () => edge.patchConfig({ fleets: { west: null } }),
    'adding a fleet': () => edge.patchConfig({ fleets: { north: { ...WEST, listeners: {} } } }),
    'a shared upstream': () => edge.patchConfig({ upstreams: { echo: { endpoints: { b1: NODE } } } }),
    'the routes': () => edge.patchConfig({ routes: { public: { hosts: ['evil.example'] } } }),
    'the upstream of another': () =>
      edge.patchConfig({
        fleets: { edge: { listeners: { main: { l4: { upstream: 'unused' } } } } },
      }),
    'the routes of another': () =>
      edge.patchConfig({
        fleets: { edge: { listeners: { main: { l7: { routes: 'west' } } } } },
      }),
  }
  for (const [what, call] of Object.entries(rejected)) await t.rejects(call(), { code: 'forbidden' }, what)
  t.equal((await admin.getStatus()).revision.revision, 3, 'nothing was written')

  const whole = (await admin.getConfig()).config as object
  await t.rejects(edge.putConfig({ ...whole, routes: {} }, { wait: false }), { code: 'invalid-config' })
  await t.resolves(
    edge.putConfig(whole, { wait: false }),
    'twin: the whole document, with no change of others',
  )
  const moved = { fleets: { edge: { listeners: { main: { l4: { upstream: 'unused' } } } } } }
  await t.resolves(admin.patchConfig(moved, { wait: false }), 'twin: without a limit')
})

t.test('a registrar of a fleet registers for upstreams that no other fleet reaches', async (t) => {
  const { create } = await start(t)
  const edge = await create({ name: 'edge-node', role: 'registrar', fleets: ['edge'] })
  const both = await create({ name: 'node', role: 'registrar', fleets: ['edge', 'west'] })
  t.match(await edge.putEndpoint('echo-v2', 'c9', NODE), { served: true })
  await t.rejects(edge.putEndpoint('echo', 'b9', NODE), { code: 'forbidden', message: /no other fleet does/ })
  await t.rejects(edge.putEndpoint('unused', 'b9', NODE), { code: 'forbidden' })
  await t.rejects(edge.putEndpoint('no-such', 'b9', NODE), { code: 'forbidden' })
  t.match(await both.putEndpoint('echo', 'b9', { address: '127.0.0.1:7110' }), { served: true }, 'twin')
})

t.test('a secret that other fleets use cannot be had by naming it', async (t) => {
  const { create, admin } = await start(t)
  const edge = await create({ name: 'edge-ci', role: 'operator', fleets: ['edge'] })
  const tls = { fleets: { edge: { listeners: { main: { tls: { enabled: true, certificate: 'west' } } } } } }
  await admin.patchConfig(
    { secrets: { west: { certificate: 'west.pem', key: 'west.key' } } },
    { wait: false },
  )
  await t.rejects(edge.patchConfig(tls), { code: 'forbidden', problems: [{ path: 'secrets.west' }] })
  // Its file does not exist here, which is found after the limits.
  await t.rejects(admin.patchConfig(tls), { code: 'invalid-config' }, 'twin: without a limit')
})

t.test('a file that other fleets use cannot be had by naming it', async (t) => {
  const { create, admin } = await start(t, { 'west.lua': 'function envoy_on_request(handle) end' })
  const edge = await create({ name: 'edge-ci', role: 'operator', fleets: ['edge'] })
  const l7 = { mode: 'l7' } as const
  const lua = (file: string) => ({ fleets: { edge: { lb: l7, filters: { lua: { enabled: true, file } } } } })
  const gained = (file: string) => ({ code: 'forbidden', problems: [{ path: `files.${file}` }] })
  await t.rejects(edge.patchConfig(lua('west.lua')), gained('west.lua'))
  await t.rejects(edge.patchConfig(lua('no-such.lua')), gained('no-such.lua'), 'nor is it said which exist')
  await t.resolves(admin.patchConfig(lua('west.lua'), { wait: false }), 'twin: without a limit')
  const own = { fleets: { edge: { onNack: 'rollback' } } }
  await t.resolves(edge.patchConfig(own, { wait: false }), 'twin: a fleet keeps the files that it has')
})

t.test(
  'a revoked token is denied at once, with its sessions, its links and its streams of events',
  async (t) => {
    const { adminUrl, admin, create, as } = await start(t)
    const alice = await create({ name: 'alice', role: 'operator' })
    const codeIn = (url: string) => url.split('#login=')[1] ?? ''
    const [used, unused] = [await alice.createLoginLink(), await alice.createLoginLink()]
    const login = await fetch(`${adminUrl}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: codeIn(used.url) }),
    })
    const cookie = login.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    const bySession = async () => (await fetch(`${adminUrl}/v1/status`, { headers: { cookie } })).status
    const events = alice.getEvents()
    t.match((await events.next()).value, { name: 'hello' }, 'twin')
    t.equal(await bySession(), 200, 'twin')

    await admin.deleteToken('alice')
    await t.rejects(alice.getStatus(), { code: 'unauthenticated', message: /unknown, expired or revoked/ })
    t.equal(await bySession(), 401)
    await t.rejects(as('').createSession(codeIn(unused.url)), { code: 'unauthenticated' })
    // What happens next is not sent.
    await admin.putLb('edge', { mode: 'l7' }, { wait: false })
    const seen: unknown[] = []
    for await (const { name, data } of events) seen.push({ name, data })
    t.notMatch(JSON.stringify(seen), /"revision":2/)
  },
)

t.test('a token says when it ends, and requests that make no sense are rejected', async (t) => {
  const { admin, create } = await start(t)
  const made = await admin.createToken({ name: 'short', role: 'viewer', lifetime: '1h' })
  const left = Date.parse(made.expiresAt ?? '') - Date.now()
  t.ok(left > 59 * 60_000 && left <= 3_600_000)
  t.match(await admin.listTokens(), {
    tokens: [
      { name: 'admin', role: 'admin' },
      { name: 'operator' },
      { name: 'short', createdBy: 'admin', expiresAt: made.expiresAt, isExpired: false },
      { name: 'viewer' },
    ],
  })
  t.notOk(JSON.stringify(await admin.listTokens()).includes(made.token))
  const invalid: readonly object[] = [
    { role: 'viewer' },
    { name: 'x', role: 'owner' },
    { name: 'a b', role: 'viewer' },
    { name: 'oidc:alice', role: 'viewer' },
    { name: 'system', role: 'viewer' },
    { name: 'x', role: 'viewer', lifetime: '8785h' },
    { name: 'x', role: 'viewer', lifetime: '0s' },
    { name: 'x', role: 'viewer', lifetime: 'forever' },
    { name: 'x', role: 'viewer', fleets: [] },
    { name: 'x', role: 'admin', fleets: ['edge'] },
    { name: 'x', role: 'viewer', secret: 'mine' },
  ]
  for (const request of invalid) {
    const call = admin.createToken(request as TokenRequest)
    await t.rejects(call, { code: 'invalid-argument' }, JSON.stringify(request))
  }
  const unknown = { name: 'x', role: 'viewer', fleets: ['wset'] } as const
  await t.rejects(admin.createToken(unknown), { code: 'not-found', message: /edge, west/ })
  await t.rejects(create({ name: 'short', role: 'viewer' }), { code: 'already-exists' })
  await t.rejects(admin.deleteToken('nobody'), { code: 'not-found' })
  await t.rejects(admin.deleteToken('admin'), { code: 'forbidden' })
})

t.test('the audit log says which token was made and revoked by whom, and has none', async (t) => {
  const { admin, audit } = await start(t)
  const { token } = await admin.createToken({ name: 'ci', role: 'operator', fleets: ['edge'] })
  await admin.deleteToken('ci')
  const text = await audit()
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const common = { author: 'admin', role: 'admin' }
  t.match(lines, [
    {
      ...common,
      method: 'POST',
      path: '/v1/tokens',
      status: 201,
      token: { name: 'ci', role: 'operator', fleets: ['edge'] },
    },
    { ...common, method: 'DELETE', path: '/v1/tokens/ci', status: 204 },
  ])
  t.notOk(text.includes(token))
})

t.test('without tokens there are none to list', async (t) => {
  const { adminUrl, close } = await startControlPlane({
    config: CONFIG,
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
  })
  t.teardown(close)
  const rest = new RestClient({ url: adminUrl })
  await t.rejects(rest.listTokens(), { code: 'not-found', message: /asks for no tokens/ })
  await t.rejects(rest.createToken({ name: 'x', role: 'viewer' }), { code: 'not-found' })
})
