// `filters.localRateLimit` with real calls: how many of them pass, by header, rule and connection. Buckets get one token a day, so no clock matters.

import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 12
const ALL = { OK: CALLS }
/** A bucket that is not filled while a test runs. */
const bucket = (maxTokens: number) => ({ maxTokens, tokensPerFill: 1, fillInterval: '24h' })
const passed = (count: number) => ({ OK: count, RESOURCE_EXHAUSTED: CALLS - count })

/** A caller on a connection of its own: an old connection keeps its filters until Envoy has drained it. */
function callerOf(t: Test, { address }: Edge) {
  const client = connectEcho(t, address)
  /** How many calls with these headers, one after the other, end with each status. */
  return async (headers: Readonly<Record<string, string>> = {}) => {
    const statuses: string[] = []
    for (let call = 0; call < CALLS; call++) {
      const metadata = Metadata.fromHttp2Headers({ ...headers })
      const ended = client.unary({ message: 'which?' }, { metadata }).then(
        () => 'OK',
        ({ code }: { readonly code: status }) => status[code],
      )
      statuses.push(await ended)
    }
    return tallyOf(statuses)
  }
}

async function startLimited(t: Test, limit: object, rules?: Readonly<Record<string, unknown>>) {
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const served = (settings: object) => ({
    upstreams,
    ...(rules && { rules }),
    fleet: { filters: { localRateLimit: { enabled: true, ...settings } } },
  })
  const edge = await startEdge(t, served({ ...limit, enabled: false }))
  return { edge, limitTo: (settings: object) => edge.serve(served(settings)) }
}

async function countOf({ envoy }: Edge, name: string): Promise<number> {
  const stats = await envoy.admin.stats(`^fleet.http_local_rate_limit.${name}$`)
  return [...stats.values()].reduce((sum, value) => sum + value, 0)
}

t.test(
  'T15: calls beyond the rate end with RESOURCE_EXHAUSTED, and in shadow mode are only counted',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { edge, limitTo } = await startLimited(t, bucket(5))
    t.same(await callerOf(t, edge)(), ALL, 'the twin: off')

    await limitTo(bucket(5))
    t.same(await callerOf(t, edge)(), passed(5))
    t.same(await callerOf(t, edge)(), { RESOURCE_EXHAUSTED: CALLS }, 'connections share the bucket')
    t.equal(await countOf(edge, 'enforced'), 2 * CALLS - 5)

    const before = await countOf(edge, 'rate_limited')
    await limitTo({ ...bucket(7), shadow: true })
    t.same(await callerOf(t, edge)(), ALL, 'shadow')
    t.equal((await countOf(edge, 'rate_limited')) - before, CALLS - 7, 'and counted')
    t.equal(await countOf(edge, 'enforced'), 2 * CALLS - 5, 'none of them ended')
  },
)

t.test('T15: each connection has a bucket of its own if that is asked for', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { edge, limitTo } = await startLimited(t, bucket(5))
  await limitTo({ ...bucket(5), perConnection: true })
  for (const connection of ['first', 'second']) t.same(await callerOf(t, edge)(), passed(5), connection)
})

t.test('T15: calls with a header have the bucket of its value', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const limit = {
    ...bucket(100),
    byHeader: [
      { header: 'x-tenant', value: 'gold', ...bucket(7) },
      { header: 'x-tenant', ...bucket(3) },
      { header: 'x-app', value: 'web', ...bucket(2) },
    ],
  }
  const { edge, limitTo } = await startLimited(t, limit)
  t.same(await callerOf(t, edge)({ 'x-tenant': 'gold' }), ALL, 'the twin: off')

  await limitTo(limit)
  const call = callerOf(t, edge)
  t.same(await call({ 'x-tenant': 'gold' }), passed(7), 'a value with a bucket')
  t.same(await call({ 'x-tenant': 'blue' }), passed(3), 'another value')
  t.same(await call({ 'x-tenant': 'red' }), passed(3), 'does not take from others')
  t.same(await call({ 'x-tenant': 'blue' }), { RESOURCE_EXHAUSTED: CALLS }, 'is known when it comes again')
  t.same(await call({ 'x-app': 'web', 'x-tenant': 'green' }), passed(2), 'two headers take from both')
  t.same(await call({ 'x-app': 'phone' }), ALL, 'a value without a bucket')

  const total = { ...bucket(4), byHeader: [{ header: 'x-tenant', value: 'gold', ...bucket(9) }] }
  await limitTo(total)
  t.same(await callerOf(t, edge)({ 'x-tenant': 'gold' }), passed(4), 'no more than the total')
  await limitTo({ ...total, alwaysConsumeTotal: false })
  const own = callerOf(t, edge)
  t.same(await own({ 'x-tenant': 'gold' }), passed(9), 'beside the total')
  t.same(await own(), passed(4), 'which is whole for all others')
})

t.test('T15: Envoy keeps 20 buckets of values that nobody has listed', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const limit = { ...bucket(1_000), byHeader: [{ header: 'x-tenant', ...bucket(3) }] }
  const { edge, limitTo } = await startLimited(t, limit)
  await limitTo(limit)
  const call = callerOf(t, edge)
  t.same(await call({ 'x-tenant': 'first' }), passed(3))
  for (let tenant = 0; tenant < 19; tenant++) await call({ 'x-tenant': `${tenant}` })
  t.same(await call({ 'x-tenant': 'first' }), { RESOURCE_EXHAUSTED: CALLS }, 'is one of 20')
  for (let tenant = 0; tenant < 20; tenant++) await call({ 'x-tenant': `${tenant}` })
  t.same(await call({ 'x-tenant': 'first' }), passed(3), 'is forgotten after 20 others')
})

t.test('T15: a rule has a limit of its own, or none, and answers show it if asked for', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const to = { echo: 1 }
  const ofRule = (name: string, localRateLimit: object) => ({
    match: { headers: { 'x-rule': name } },
    to,
    filters: { localRateLimit },
  })
  const byHeader = [{ header: 'x-tenant', value: 'gold', ...bucket(2) }]
  const rules = {
    own: ofRule('own', { ...bucket(6), byHeader, answerHeaders: true }),
    none: ofRule('none', {}),
    all: { match: {}, to },
  }
  const ofFleet = { ...bucket(4), byHeader: [{ header: 'x-tenant', value: 'gold', ...bucket(1) }] }
  const { edge, limitTo } = await startLimited(t, ofFleet, rules)
  const off = callerOf(t, edge)
  for (const rule of ['own', 'none', 'all']) t.same(await off({ 'x-rule': rule }), ALL, `the twin: ${rule}`)

  await limitTo(ofFleet)
  const call = callerOf(t, edge)
  t.same(await call({ 'x-rule': 'own', 'x-tenant': 'gold' }), passed(2), 'the header of the rule')
  t.equal(await limitShownIn(t, edge, { 'x-rule': 'own', 'x-tenant': 'gold' }), '2')
  t.same(await call({ 'x-rule': 'none', 'x-tenant': 'gold' }), ALL, 'without a limit')
  t.same(await call({ 'x-tenant': 'gold' }), passed(1), 'the header of the fleet')
  t.equal(await limitShownIn(t, edge, { 'x-tenant': 'gold' }), undefined, 'not asked for')

  await limitTo({})
  t.same(await callerOf(t, edge)(), ALL, 'only rules have limits')
  t.same(await callerOf(t, edge)({ 'x-rule': 'own', 'x-tenant': 'gold' }), passed(2))
})

/** The limit in the metadata of a call that is refused. */
async function limitShownIn(t: Test, { address }: Edge, headers: Readonly<Record<string, string>>) {
  const metadata = Metadata.fromHttp2Headers({ ...headers })
  const refused = connectEcho(t, address).unary({}, { metadata })
  return refused.then(
    () => 'passed',
    (error: { readonly metadata: Metadata }) => error.metadata.get('x-ratelimit-limit')[0],
  )
}
