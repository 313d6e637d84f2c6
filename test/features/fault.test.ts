// `filters.fault` with real calls: the share of calls that fail or wait, faults of one rule, and faults that callers ask for.

import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 400

/** A caller on a connection of its own: an old connection keeps its filters until Envoy has drained it. */
function callerOf(t: Test, { address }: Edge) {
  const client = connectEcho(t, address)
  /** The statuses of calls with these headers, one after the other. */
  return async (count: number, headers: Readonly<Record<string, string>> = {}) => {
    const statuses: string[] = []
    for (let call = 0; call < count; call++) {
      const metadata = Metadata.fromHttp2Headers({ ...headers })
      const ended = client.unary({ message: 'which?' }, { metadata }).then(
        () => 'OK',
        ({ code }: { readonly code: status }) => status[code],
      )
      statuses.push(await ended)
    }
    return statuses
  }
}

/** How many calls Envoy has delayed or aborted: waiting is counted by Envoy, so that no clock is needed. */
async function injected({ envoy }: Edge, what: 'delays' | 'aborts'): Promise<number> {
  const stats = await envoy.admin.stats(`fault.${what}_injected$`)
  return [...stats.values()].reduce((sum, value) => sum + value, 0)
}

/** Six standard deviations of a share by chance. */
function isShare(count: number, share: number): boolean {
  return Math.abs(count - CALLS * share) <= 6 * Math.sqrt(CALLS * share * (1 - share))
}

t.test(
  'T22: a share of the calls ends with the status, or waits, and none of them if it is off',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1')
    const upstreams = { echo: { endpoints } }
    const withFault = (fault: object, rules?: Readonly<Record<string, unknown>>) => ({
      upstreams,
      fleet: { filters: { fault } },
      ...(rules && { rules }),
    })
    const abort = { status: 'RESOURCE_EXHAUSTED', percentage: 30 }
    const edge = await startEdge(t, withFault({ enabled: false, abort }))
    t.same(tallyOf(await callerOf(t, edge)(CALLS)), { OK: CALLS }, 'off')

    await edge.serve(withFault({ enabled: true, abort }))
    const { RESOURCE_EXHAUSTED: failed = 0, OK: passed = 0 } = tallyOf(await callerOf(t, edge)(CALLS))
    t.equal(failed + passed, CALLS, 'no other status')
    t.ok(isShare(failed, 0.3), `30 %: ${failed}`)

    const before = await injected(edge, 'delays')
    await edge.serve(withFault({ enabled: true, delay: { time: '1ms', percentage: 50 } }))
    t.same(tallyOf(await callerOf(t, edge)(CALLS)), { OK: CALLS }, 'a delay fails no call')
    const delayed = (await injected(edge, 'delays')) - before
    t.ok(isShare(delayed, 0.5), `50 %: ${delayed}`)

    const wait = { time: '300ms' }
    await edge.serve(withFault({ enabled: true, delay: wait }))
    const started = performance.now()
    await callerOf(t, edge)(1)
    t.ok(performance.now() - started >= 300, 'the call has waited')

    await edge.serve(withFault({ enabled: true, abort: { status: 'ABORTED' }, maxActive: 0 }))
    t.same(tallyOf(await callerOf(t, edge)(5)), { OK: 5 }, 'no fault may be active')
  },
)

t.test('T22: faults of a rule take the place of those of the fleet', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const to = { echo: 1 }
  const faulty = { abort: { status: 'DATA_LOSS' } }
  const rules = {
    own: { match: { headers: { 'x-rule': 'own' } }, to, filters: { fault: faulty } },
    none: { match: { headers: { 'x-rule': 'none' } }, to, filters: { fault: {} } },
    all: { match: {}, to },
  }
  const served = (enabled: boolean) => ({
    upstreams: { echo: { endpoints } },
    rules,
    fleet: { filters: { fault: { enabled, abort: { status: 'ABORTED' } } } },
  })
  const edge = await startEdge(t, served(true))
  const statuses = async () => {
    const [own] = await callerOf(t, edge)(1, { 'x-rule': 'own' })
    const [none] = await callerOf(t, edge)(1, { 'x-rule': 'none' })
    return { own, none, all: (await callerOf(t, edge)(1))[0] }
  }
  t.same(await statuses(), { own: 'DATA_LOSS', none: 'OK', all: 'ABORTED' })
  await edge.serve(served(false))
  t.same(await statuses(), { own: 'OK', none: 'OK', all: 'OK' }, 'the filter is off')
})

t.test(
  'T22: callers get the faults that they ask for, no more than the percentage, and only if they may',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1')
    const served = (fault: object) => ({
      upstreams: { echo: { endpoints } },
      fleet: { filters: { fault: { enabled: true, ...fault } } },
    })
    const asked = { 'x-envoy-fault-abort-grpc-request': String(status.NOT_FOUND) }
    const edge = await startEdge(t, served({}))
    t.same(await callerOf(t, edge)(1, asked), ['OK'], 'the twin: without from-header')

    await edge.serve(served({ abort: { status: 'from-header' } }))
    t.same(await callerOf(t, edge)(1), ['OK'], 'a call that asks for nothing')
    t.same(tallyOf(await callerOf(t, edge)(5, asked)), { NOT_FOUND: 5 })
    const never = { ...asked, 'x-envoy-fault-abort-request-percentage': '0' }
    t.same(tallyOf(await callerOf(t, edge)(5, never)), { OK: 5 }, 'a caller may ask for less')

    await edge.serve(served({ abort: { status: 'from-header', percentage: 30 } }))
    const more = { ...asked, 'x-envoy-fault-abort-request-percentage': '100' }
    const { NOT_FOUND: failed = 0 } = tallyOf(await callerOf(t, edge)(CALLS, more))
    t.ok(isShare(failed, 0.3), `and no more: ${failed}`)

    await edge.serve(served({ delay: { time: 'from-header' } }))
    const before = await injected(edge, 'delays')
    t.same(await callerOf(t, edge)(1, { 'x-envoy-fault-delay-request': '1' }), ['OK'])
    t.equal((await injected(edge, 'delays')) - before, 1, 'a delay')
  },
)
