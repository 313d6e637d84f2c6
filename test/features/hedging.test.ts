// `hedging` with real calls: a second attempt runs beside the slow first one, and its answer counts. Without it, calls wait for the slow one.

import { isMessage } from '@bufbuild/protobuf'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { Metadata } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, type Served, startEdge } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

/** An endpoint that holds each call until it is released or cancelled, and one that answers at once. */
async function startSlowAndFast(t: Test) {
  const held = new Map<string, { readonly release: () => void; readonly signal: AbortSignal }>()
  const attempts: string[] = []
  const besideSlow: string[] = []
  let onHeld = () => {}
  const hold = (message: string, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      held.set(message, { release: resolve, signal })
      signal.addEventListener('abort', () => resolve())
      onHeld()
    })
  const slow = await serveEcho(t, {
    unary: async ({ message }, { signal }) => {
      attempts.push(`slow ${message}`)
      await hold(message, signal)
      return { message, backendId: 'slow' }
    },
    // The answer begins, and does not go on.
    async *serverStream({ message }, { signal }) {
      yield { message, backendId: 'slow' }
      await hold(message, signal)
    },
    async *bidirectional(requests, { signal }) {
      for await (const { message } of requests) {
        await hold(message, signal)
        yield { message, backendId: 'slow' }
      }
    },
  })
  const answer = ({ message }: { readonly message: string }) => {
    attempts.push(`fast ${message}`)
    if (held.get(message)?.signal.aborted === false) besideSlow.push(message)
    return { message, backendId: 'fast' }
  }
  const fast = await serveEcho(t, {
    unary: async (request) => answer(request),
    async *serverStream(request) {
      yield answer(request)
    },
    async *bidirectional(requests) {
      for await (const request of requests) yield answer(request)
    },
  })
  const endpoints = { slow: { address: slow }, fast: { address: fast } }
  return {
    upstreams: { echo: { endpoints } },
    attempts,
    besideSlow,
    held,
    /** Resolves when the slow endpoint has got one more call. */
    nextHeld: () => new Promise<void>((resolve) => (onHeld = resolve)),
  }
}

// At most one hedge, so that the attempts of each call are known, whatever the machine does meanwhile.
const retry = { enabled: true, attempts: 1 }
const PLAIN = { match: {}, to: { echo: 1 }, retry }
const HEDGED = { ...PLAIN, hedging: { enabled: true, delay: '20ms' } }

t.test('T10: a slow attempt goes on while a second one answers the call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { upstreams, attempts, besideSlow, held } = await startSlowAndFast(t)
  const edge = await startEdge(t, { upstreams, rules: { all: HEDGED } })
  const client = connectEcho(t, edge.address)
  // Round robin begins every second call at the slow endpoint, and hedges take their turns too.
  let calls = 0
  while (besideSlow.length === 0) {
    calls += 1
    const message = String(calls)
    t.match(await client.unary({ message }), { backendId: 'fast' }, `call ${message} is answered`)
    t.equal(attempts.filter((one) => one === `fast ${message}`).length, 1)
    t.ok(attempts.filter((one) => one === `slow ${message}`).length <= 1)
  }
  t.equal(besideSlow.length, 1, 'a slow attempt still ran when the other one was answered')
  for (const message of besideSlow) {
    const { signal } = held.get(message) ?? {}
    if (signal?.aborted === false) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    t.pass('Envoy resets the attempt that lost')
  }
})

type SlowAndFast = Awaited<ReturnType<typeof startSlowAndFast>>

/** Begins calls until one is at the slow endpoint. */
async function untilHeld<T>(
  held: SlowAndFast['held'],
  nextHeld: SlowAndFast['nextHeld'],
  kind: string,
  begin: (message: string) => Promise<T>,
) {
  for (let count = 1; ; count += 1) {
    const message = `${kind} ${count}`
    const isHeld = nextHeld()
    const call = begin(message)
    await Promise.race([isHeld, call])
    if (held.has(message)) return { message, call }
  }
}

t.test('T10: without `hedging`, a call waits for its slow attempt', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { upstreams, attempts, held, nextHeld } = await startSlowAndFast(t)
  const rules = { hedged: { ...HEDGED, match: { headers: { 'x-hedged': '1' } } }, all: PLAIN }
  const edge = await startEdge(t, { upstreams, rules })
  const client = connectEcho(t, edge.address)

  const callSlow = (kind: string, metadata = new Metadata()) =>
    untilHeld(held, nextHeld, kind, (message) => client.unary({ message }, { metadata }))
  const waiting = await callSlow('plain')
  // Calls of one Envoy thread: when this one, which began later, has had its hedge, the time for the other one is over too.
  const hedged = await callSlow('hedged', Metadata.fromHttp2Headers({ 'x-hedged': '1' }))
  t.match(await hedged.call, { backendId: 'fast' }, 'the hedged one is answered')
  t.notOk(attempts.includes(`fast ${waiting.message}`), 'the other one has no second attempt')
  t.notOk(held.get(waiting.message)?.signal.aborted)
  held.get(waiting.message)?.release()
  t.match(await waiting.call, { backendId: 'slow' })
})

t.test(
  'T10: streams of callers, answers that have begun and calls without retries left are not hedged',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { upstreams, attempts, held, nextHeld } = await startSlowAndFast(t)
    const noRetries = { retryBudget: { enabled: true, percent: 0, minimum: 0 } }
    const edge = await startEdge(t, {
      upstreams: { ...upstreams, none: { ...upstreams.echo, circuitBreaker: noRetries } },
      rules: { all: HEDGED, none: { ...HEDGED, match: { headers: { 'x-none': '1' } }, to: { none: 1 } } },
    })
    const client = connectEcho(t, edge.address)
    const none = { metadata: Metadata.fromHttp2Headers({ 'x-none': '1' }) }
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    async function* oneOf(message: string) {
      yield { message }
      await over
    }
    const begin = (kind: string, call: (message: string) => Promise<unknown>) =>
      untilHeld(held, nextHeld, kind, (message) => call(message).catch(() => undefined))
    /** On a busy machine, an answer may begin after the time of the hedge. Then another call is made. */
    const beginAnswer = async () => {
      for (let round = 1; ; round += 1) {
        const answer = await begin(`answers, round ${round},`, async (message) => {
          for await (const _ of client.serverStream({ message }));
        })
        const later = await begin(`later, round ${round},`, (message) => client.unary({ message }))
        await later.call
        if (!attempts.includes(`fast ${answer.message}`)) return answer
      }
    }
    const waiting = [
      await begin('stream', (message) => client.bidirectional(oneOf(message))[Symbol.asyncIterator]().next()),
      await beginAnswer(),
      await begin('no retries', (message) => client.unary({ message }, none)),
    ]
    // As above: when a later call has had its hedge, the time for all others is over.
    const hedged = await begin('hedged', (message) => client.unary({ message }))
    t.match(await hedged.call, { backendId: 'fast' })
    for (const { message } of waiting) {
      t.notOk(attempts.includes(`fast ${message}`), `${message}: one attempt`)
      t.equal(held.get(message)?.signal.aborted, false, 'which goes on')
    }
    end()
  },
)

t.test('T10: the hedging of a fleet holds for rules without their own', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { upstreams } = await startSlowAndFast(t)
  const fleet = { retry, hedging: HEDGED.hedging }
  const edge = await startEdge(t, { upstreams, fleet })
  const client = connectEcho(t, edge.address)
  for (const message of ['1', '2']) t.match(await client.unary({ message }), { backendId: 'fast' })
})

t.test('T10: Envoy takes more initial requests, and sends one', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const attempts: string[] = []
  const address = await serveEcho(t, {
    unary: async ({ message }) => {
      attempts.push(message)
      return { message }
    },
  })
  const edit: NonNullable<Served['edit']> = (resources) => {
    for (const resource of resources) {
      if (!isMessage(resource, RouteConfigurationSchema)) continue
      for (const { action } of resource.virtualHosts.flatMap(({ routes }) => routes)) {
        if (action.case === 'route' && action.value.hedgePolicy) action.value.hedgePolicy.initialRequests = 2
      }
    }
  }
  const rules = { all: { ...HEDGED, hedging: { enabled: true, delay: '1h' } } }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1: { address } } } }, rules, edit })
  const client = connectEcho(t, edge.address)
  for (const message of ['1', '2', '3']) await client.unary({ message })
  t.same(attempts, ['1', '2', '3'])
})
