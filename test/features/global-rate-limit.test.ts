// `filters.globalRateLimit` with real calls: one limit for all Envoys, what the rate limiter is asked, and what happens without it.

import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { connectEcho, type Edge, type Served, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { limitBy, noteDescriptors } from '../support/rate-limiter.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 12
const UNARY = '/switchyard.echo.v1.EchoService/Unary'
const LIMITS = `
domain: shop
descriptors:
  - { key: x-tenant, rate_limit: { unit: day, requests_per_unit: 7 } }
  - { key: generic_key, value: checkout, rate_limit: { unit: day, requests_per_unit: 3 } }
  - { key: x-tried, shadow_mode: true, rate_limit: { unit: day, requests_per_unit: 2 } }
---
domain: other
descriptors:
  - { key: x-tenant, rate_limit: { unit: day, requests_per_unit: 2 } }
`
const BY_TENANT = { 'by-tenant': { parts: [{ header: 'x-tenant' }] } }
const passed = (count: number, total = CALLS) =>
  count === total ? { OK: total } : { OK: count, RESOURCE_EXHAUSTED: total - count }

type Headers = Readonly<Record<string, string>>

/** How many of the calls with these headers, one after the other on a connection of its own, end with each status. */
async function callAll(t: Test, { address }: Edge, headers: Headers = {}, count = CALLS) {
  const client = connectEcho(t, address)
  const statuses: string[] = []
  for (let call = 0; call < count; call++) {
    const metadata = Metadata.fromHttp2Headers({ ...headers })
    const ended = client.unary({ message: 'which?' }, { metadata }).then(
      () => 'OK',
      ({ code }: { readonly code: status }) => status[code],
    )
    statuses.push(await ended)
  }
  return tallyOf(statuses)
}

interface More {
  readonly rules?: Served['rules']
  readonly fleet?: object
  readonly filters?: object
}

/** An edge whose calls are limited by the limiter at an address; `limitTo` changes the settings. */
async function startLimited(t: Test, limiter: string, { rules, fleet, filters }: More = {}) {
  const upstreams = {
    echo: { endpoints: await startEndpoints(t, 'b1') },
    limiter: { endpoints: { r1: { address: limiter } } },
  }
  const to = (settings: object): Served => ({
    upstreams,
    ...(rules && { rules }),
    fleet: {
      ...fleet,
      filters: {
        ...filters,
        // Rather a slow test than one that a busy machine fails.
        globalRateLimit: { enabled: true, upstream: 'limiter', domain: 'shop', timeout: '1m', ...settings },
      },
    },
  })
  const edge = await startEdge(t, to({ enabled: false, descriptors: BY_TENANT }))
  return { edge, limitTo: (settings: object) => edge.serve(to(settings)) }
}

async function countOf({ envoy }: Edge, name: string): Promise<number> {
  const stats = await envoy.admin.stats(`^cluster.echo.ratelimit.${name}$`)
  return [...stats.values()].reduce((sum, value) => sum + value, 0)
}

t.test('T16: two Envoys share a limit of seven, and exactly seven calls pass in all', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await limitBy(t, LIMITS)
  const edges = [await startLimited(t, address), await startLimited(t, address)]
  const tenant = { 'x-tenant': 'gold' }
  for (const { edge } of edges) t.same(await callAll(t, edge, tenant), passed(CALLS), 'the twin: off')

  for (const { limitTo } of edges) await limitTo({ descriptors: BY_TENANT })
  const statuses = await Promise.all(edges.map(({ edge }) => callAll(t, edge, tenant)))
  const sum = statuses.reduce((count, { OK = 0 }) => count + OK, 0)
  t.equal(sum, 7, `7 of ${2 * CALLS} calls: ${JSON.stringify(statuses)}`)
  const exhausted = statuses.reduce((count, { RESOURCE_EXHAUSTED = 0 }) => count + RESOURCE_EXHAUSTED, 0)
  t.equal(exhausted, 2 * CALLS - 7, 'with RESOURCE_EXHAUSTED')
  const [one] = edges
  if (one === undefined) return
  t.same(await callAll(t, one.edge, { 'x-tenant': 'blue' }), passed(7), 'another tenant')
  t.same(await callAll(t, one.edge), passed(CALLS), 'a call without the header has no limit')
})

t.test('T16: a local limit of each of two Envoys lets twice as many pass', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await limitBy(t, LIMITS)
  const bucket = { enabled: true, maxTokens: 7, tokensPerFill: 1, fillInterval: '24h' }
  const more = { filters: { localRateLimit: bucket } }
  const edges = [await startLimited(t, address, more), await startLimited(t, address, more)]
  for (const { edge } of edges) t.same(await callAll(t, edge), passed(7))
})

t.test('T16: in shadow mode calls are counted, and none ends', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await limitBy(t, LIMITS)
  const { edge, limitTo } = await startLimited(t, address)
  const tried = { parts: [{ header: 'x-tried' }] }
  await limitTo({ descriptors: { ...BY_TENANT, tried }, shadow: true })
  t.same(await callAll(t, edge, { 'x-tenant': 'gold' }), passed(CALLS), 'of the switch')
  t.equal(await countOf(edge, 'over_limit'), CALLS - 7, 'and counted')

  await limitTo({ descriptors: { ...BY_TENANT, tried } })
  t.same(await callAll(t, edge, { 'x-tried': 'gold' }), passed(CALLS), 'of a rule of the limiter')
  t.same(await callAll(t, edge, { 'x-tenant': 'blue' }), passed(7), 'the twin: enforced')
})

t.test('T16: a share of the calls counts, and a share of those beyond the limit ends', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, asked } = await noteDescriptors(t)
  const counted = await startLimited(t, address)
  await counted.limitTo({ descriptors: BY_TENANT, percentage: 50 })
  t.same(await callAll(t, counted.edge, { 'x-tenant': 'gold' }, 400), { OK: 400 })
  // Six standard deviations of 400 fair coins are 60.
  t.ok(Math.abs(asked.length - 200) < 60, `${asked.length} of 400 counted`)

  const limiter = await limitBy(t, LIMITS)
  const enforced = await startLimited(t, limiter.address)
  await enforced.limitTo({ descriptors: BY_TENANT, enforcedPercentage: 50 })
  const { OK = 0, RESOURCE_EXHAUSTED = 0 } = await callAll(t, enforced.edge, { 'x-tenant': 'gold' }, 407)
  t.ok(Math.abs(RESOURCE_EXHAUSTED - 200) < 60, `${RESOURCE_EXHAUSTED} of 400 ended`)
  t.equal(OK + RESOURCE_EXHAUSTED, 407)
})

t.test('T16: without an answer of the rate limiter calls pass, or end with UNAVAILABLE', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const limiter = await limitBy(t, LIMITS)
  const { edge, limitTo } = await startLimited(t, limiter.address)
  await limitTo({ descriptors: BY_TENANT, onFailure: 'deny' })
  const tenant = { 'x-tenant': 'gold' }
  t.same(await callAll(t, edge, tenant), passed(7), 'the twin: it answers')

  await limiter.close()
  t.same(await callAll(t, edge, tenant), { UNAVAILABLE: CALLS }, 'deny')
  t.equal(await countOf(edge, 'error'), CALLS)
  await limitTo({ descriptors: BY_TENANT })
  t.same(await callAll(t, edge, tenant), passed(CALLS), 'allow, the default')
  t.equal(await countOf(edge, 'failure_mode_allowed'), CALLS)
})

t.test('T16: an answer that takes longer than timeout is too late', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await limitBy(t, LIMITS)
  const { edge, limitTo } = await startLimited(t, address)
  const { address: never, asked } = await noteDescriptors(t, { isSilent: true })
  const silent = await startLimited(t, never)
  await silent.limitTo({ descriptors: BY_TENANT, onFailure: 'deny', timeout: '20ms' })
  t.same(await callAll(t, silent.edge, { 'x-tenant': 'gold' }), { UNAVAILABLE: CALLS })
  // On a busy machine, the time of some may have been over before.
  t.ok(asked.length > 0, 'it was asked')
  await limitTo({ descriptors: BY_TENANT, onFailure: 'deny' })
  t.same(await callAll(t, edge, { 'x-tenant': 'gold' }), passed(7))
})

t.test('T16: each kind of part tells the rate limiter what a call is', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, asked } = await noteDescriptors(t)
  const issuer = await TokenIssuer.create('https://issuer.test', 'ES256')
  const jwt = {
    main: { issuer: issuer.issuer, audiences: ['echo'], jwks: { inline: issuer.keySet } },
  }
  const upstreams = {
    echo: { endpoints: await startEndpoints(t, 'b1') },
    limiter: { endpoints: { r1: { address } } },
  }
  const claim = (name: string, more: object = {}) => ({ token: { from: 'main', claim: name, ...more } })
  const descriptors = {
    header: { parts: [{ header: 'x-tenant' }] },
    'header-and-path': { parts: [{ header: 'x-app', key: 'app' }, { path: true }] },
    'optional-header': {
      parts: [
        { header: 'x-none', optional: true },
        { path: true, key: 'method' },
      ],
    },
    'missing-header': { parts: [{ header: 'x-none' }, { path: true }] },
    address: { parts: [{ address: true }] },
    network: { parts: [{ network: { v4: 8 } }] },
    claim: { parts: [claim('sub'), { ...claim('tier'), key: 'plan' }] },
    'other-claim': { parts: [claim('none', { otherwise: 'nobody' })] },
    'optional-claim': { parts: [{ ...claim('none'), optional: true }, { text: 'all' }] },
    gold: { parts: [{ headers: { 'x-tenant': { prefix: 'go' } }, text: 'gold', key: 'tenant' }] },
    silver: { parts: [{ headers: { 'x-tenant': 'silver' }, text: 'silver' }] },
    text: { parts: [{ text: 'checkout' }, { text: 'read', key: 'kind' }] },
  }
  const globalRateLimit = { enabled: true, upstream: 'limiter', domain: 'shop', timeout: '1m', descriptors }
  const edge = await startEdge(t, {
    upstreams,
    jwt,
    fleet: { security: { jwt: { enabled: true, anyOf: ['main'] } }, filters: { globalRateLimit } },
  })
  const claims = { tier: 'gold' }
  const token = await issuer.sign({ subject: 'alice', audience: 'echo', lifetime: 600, claims })
  const headers = { authorization: `Bearer ${token}`, 'x-tenant': 'gold', 'x-app': 'web' }
  t.same(await callAll(t, edge, headers, 1), { OK: 1 })
  t.same(asked, [
    [
      'shop: x-tenant=gold',
      `shop: app=web, path=${UNARY}`,
      `shop: method=${UNARY}`,
      'shop: remote_address=127.0.0.1',
      'shop: masked_remote_address=127.0.0.0/8',
      'shop: sub=alice, plan=gold',
      'shop: none=nobody',
      'shop: generic_key=all',
      'shop: tenant=gold',
      'shop: generic_key=checkout, kind=read',
    ],
  ])
  t.same(await callAll(t, edge, {}, 1), { UNAUTHENTICATED: 1 })
  t.equal(asked.length, 1, 'a call that is denied is no hit')
})

t.test(
  'T16: a rule has limits of its own, beside those of the fleet or instead of them, or none',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { address } = await limitBy(t, LIMITS)
    const to = { echo: 1 }
    const ofRule = (name: string, filters: object) => ({
      match: { headers: { 'x-rule': name } },
      to,
      filters,
    })
    const descriptors = { checkout: { parts: [{ text: 'checkout' }] } }
    const byHeader = [{ header: 'x-app', maxTokens: 100 }]
    const rules = {
      own: ofRule('own', { globalRateLimit: { descriptors } }),
      both: ofRule('both', { globalRateLimit: { descriptors, alsoOfFleet: true } }),
      other: ofRule('other', { globalRateLimit: { domain: 'other' } }),
      none: ofRule('none', { globalRateLimit: { enabled: false } }),
      local: ofRule('local', { localRateLimit: { maxTokens: 100, byHeader } }),
      all: { match: {}, to },
    }
    const { edge, limitTo } = await startLimited(t, address, {
      rules,
      filters: { localRateLimit: { enabled: true } },
    })
    const call = (rule: string, tenant: string) => callAll(t, edge, { 'x-rule': rule, 'x-tenant': tenant })
    for (const rule of Object.keys(rules))
      t.same(await call(rule, 'gold'), passed(CALLS), `the twin: ${rule}`)

    await limitTo({ descriptors: BY_TENANT, answerHeaders: true })
    t.same(await call('all', 'gold'), passed(7), 'the fleet')
    t.same(await call('local', 'red'), passed(7), 'the fleet, beside a local limit of the rule')
    t.same(await call('own', 'gold'), passed(3), 'the rule')
    t.same(await call('both', 'gold'), { RESOURCE_EXHAUSTED: CALLS }, 'both')
    t.same(await call('other', 'gold'), passed(2), 'the rules of another domain')
    t.same(await call('none', 'gold'), passed(CALLS), 'no limit')
    t.equal(await limitShownIn(t, edge), '7, 7;w=86400;name="shop.x-tenant"')
    await limitTo({ descriptors: BY_TENANT })
    t.equal(await limitShownIn(t, edge), undefined, 'not asked for')
  },
)

/** The limit in the metadata of a call that is refused. */
async function limitShownIn(t: Test, { address }: Edge) {
  const metadata = Metadata.fromHttp2Headers({ 'x-tenant': 'gold' })
  const refused = connectEcho(t, address).unary({}, { metadata })
  return refused.then(
    () => 'passed',
    (error: { readonly metadata: Metadata }) => error.metadata.get('x-ratelimit-limit')[0],
  )
}
