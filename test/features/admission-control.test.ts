// `filters.admissionControl` with real calls: how many reach a service that fails, and which failures count.

import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { startBackend } from '../../services/backend-server.ts'
import { connectEcho, startEdge, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 400
/** After the first call that failed, Envoy rejects as many as it may. */
const FIRST = 100
/** The longest that a busy machine may take for the calls, so that none of them is forgotten. */
const SETTINGS = { window: '1h', minCallsPerSecond: 0 }
const BY_SERVICE = 'by the service'
/** The calls of one rule are without admission control. */
const WITHOUT = { 'x-rule': 'without' }
const RULES = {
  without: {
    match: { headers: WITHOUT },
    to: { echo: 1 },
    filters: { admissionControl: { enabled: false } },
  },
  rest: { match: {}, to: { echo: 1 } },
}

async function startFailing(t: Test) {
  const backend = await startBackend({
    id: 'b1',
    listen: { host: '127.0.0.1', port: 0 },
    latencyMs: 0,
    changeable: true,
  })
  t.teardown(() => backend.close())
  const upstreams = { echo: { endpoints: { b1: { address: backend.address } } } }
  const served = (enabled: boolean, more: object = {}) => ({
    upstreams,
    rules: RULES,
    fleet: { filters: { admissionControl: { enabled, ...SETTINGS, ...more } } },
  })
  const edge = await startEdge(t, served(false))
  /** A caller on a connection of its own, whose calls all end with the status at the service. */
  const callerOf = (code: status) => {
    const client = connectEcho(t, edge.address)
    return async (count: number, headers: Readonly<Record<string, string>> = {}) => {
      const before = backend.calls()
      const statuses: string[] = []
      for (let call = 0; call < count; call++) {
        const metadata = Metadata.fromHttp2Headers({ ...headers })
        const ended = client.unary({ statusCode: code, statusMessage: BY_SERVICE }, { metadata }).then(
          () => 'OK',
          (error: { readonly code: status; readonly message: string }) =>
            `${status[error.code]}: ${error.message || 'Envoy'}`,
        )
        statuses.push(await ended)
      }
      return { arrived: backend.calls() - before, texts: tallyOf(statuses) }
    }
  }
  return { callerOf, serve: (enabled: boolean, more?: object) => edge.serve(served(enabled, more)) }
}

t.test(
  'T17: a service that fails gets a share of the calls, and all of them without admission control',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { callerOf, serve } = await startFailing(t)
    t.match(await callerOf(status.UNAVAILABLE)(CALLS), { arrived: CALLS }, 'the twin: off')

    await serve(true, { maxRejection: 50 })
    const call = callerOf(status.UNAVAILABLE)
    await call(FIRST)
    const { arrived, texts } = await call(CALLS)
    // Six standard deviations.
    const margin = 6 * Math.sqrt(CALLS * 0.5 * 0.5)
    t.ok(Math.abs(arrived - CALLS * 0.5) <= margin, `50 % of ${CALLS} ± ${margin}: ${arrived}`)
    t.same(texts, {
      [`UNAVAILABLE: ${BY_SERVICE}`]: arrived,
      // Envoy gives no text.
      'UNAVAILABLE: Envoy': CALLS - arrived,
    })
    t.match(await call(FIRST, WITHOUT), { arrived: FIRST }, 'a rule without it')

    await serve(true, { minCallsPerSecond: 4_000_000_000 })
    t.match(await callerOf(status.UNAVAILABLE)(FIRST), { arrived: FIRST }, 'too few calls to judge by')
  },
)

t.test('T17: statuses that are no failures reject no call, and neither do good calls', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { callerOf, serve } = await startFailing(t)
  await serve(true)
  t.match(await callerOf(status.OK)(FIRST), { arrived: FIRST, texts: { OK: FIRST } })
  t.match(await callerOf(status.NOT_FOUND)(FIRST), { arrived: FIRST }, 'not found is an answer')

  await serve(true, { failures: ['NOT_FOUND'] })
  t.match(await callerOf(status.UNAVAILABLE)(FIRST), { arrived: FIRST }, 'not in the list')
  const { arrived } = await callerOf(status.NOT_FOUND)(FIRST)
  // The chance that none is rejected is far below one in a million.
  t.ok(arrived < FIRST, `in the list: ${arrived}`)
})
