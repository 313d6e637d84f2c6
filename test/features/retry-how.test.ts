// How `retry` repeats a call, with real calls: when an attempt takes too long, after which wait, where, and how many at a time.

import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { RpcStatusError } from '../../services/rpc/index.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

/** Attempts of a call, by its message. The first attempt fails, or hangs. */
async function startFirstFails(t: Test, how: 'fails' | 'hangs', metadata = new Metadata()) {
  const attempts = new Map<string, number>()
  const address = await serveEcho(t, {
    unary: async ({ message }, { signal }) => {
      const attempt = (attempts.get(message) ?? 0) + 1
      attempts.set(message, attempt)
      if (attempt === 1 && how === 'fails')
        throw new RpcStatusError(status.UNAVAILABLE, 'not yet', { metadata })
      if (attempt === 1) await new Promise((_, reject) => signal.addEventListener('abort', reject))
      return { message, backendId: 'b1' }
    },
  })
  return { attempts, upstreams: { echo: { endpoints: { b1: { address } } } } }
}

/**
 * Calls that a timeout of Envoy ends, until one has come to the service: on a busy machine, the timeout may pass before that.
 * @returns the attempts of that one
 */
async function attemptsInTime(
  t: Test,
  attempts: ReadonlyMap<string, number>,
  { address }: Edge,
  title: string,
): Promise<number> {
  const client = connectEcho(t, address)
  for (let call = 1; ; call += 1) {
    const message = `${title} ${call}`
    await t.rejects(client.unary({ message }), { code: status.UNAVAILABLE, message: /timeout/ })
    const made = attempts.get(message)
    if (made !== undefined) return made
  }
}

const ruleWith = (settings: object) => ({ all: { match: {}, to: { echo: 1 }, ...settings } })
const onReset = { enabled: true, attempts: 10, on: ['reset'] }

t.test('T9: an attempt that takes longer than `perTryTimeout` is repeated', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { attempts, upstreams } = await startFirstFails(t, 'hangs')
  // Long enough that a second attempt on a busy machine is in time, and if not, one of the eight after it.
  const edge = await startEdge(t, {
    upstreams,
    rules: ruleWith({ retry: { ...onReset, perTryTimeout: '500ms' } }),
  })
  const client = connectEcho(t, edge.address)
  t.match(await client.unary({ message: 'with' }), { message: 'with' })
  t.ok((attempts.get('with') ?? 0) >= 2)

  await edge.serve({ upstreams, rules: ruleWith({ retry: onReset, timeout: '800ms' }) })
  t.equal(await attemptsInTime(t, attempts, edge, 'without'), 1, 'the twin waits for its first attempt')
})

const onUnavailable = { enabled: true, attempts: 1, on: ['unavailable'] }

t.test('T9: a retry waits for its `backOff`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { attempts, upstreams } = await startFirstFails(t, 'fails')
  const edge = await startEdge(t, { upstreams, rules: ruleWith({ retry: onUnavailable }) })
  const client = connectEcho(t, edge.address)
  t.match(await client.unary({ message: 'twin' }), { message: 'twin' }, 'at most 25 ms by default')

  // A random part of a hundred years: once in a thousand million it is shorter than three seconds.
  const backOff = { base: '900000h', max: '900000h' }
  await edge.serve({ upstreams, rules: ruleWith({ retry: { ...onUnavailable, backOff }, timeout: '500ms' }) })
  t.equal(await attemptsInTime(t, attempts, edge, 'long'), 1)
})

t.test('T9: a retry waits as long as the answer asks, where the switch lets it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const metadata = Metadata.fromHttp2Headers({ 'retry-after': '1' })
  const { attempts, upstreams } = await startFirstFails(t, 'fails', metadata)
  // As above: only the answer can bring a retry within a test.
  const backOff = { base: '900000h', max: '900000h' }
  const served = (rateLimitedBackOff: object, timeout?: string) => ({
    upstreams,
    rules: ruleWith({
      retry: { ...onUnavailable, backOff, rateLimitedBackOff },
      ...(timeout && { timeout }),
    }),
  })
  const edge = await startEdge(t, served({ enabled: true }))
  const client = connectEcho(t, edge.address)
  t.match(await client.unary({ message: 'asked' }), { message: 'asked' })
  t.equal(attempts.get('asked'), 2)

  await edge.serve(served({ enabled: true, max: '500ms' }, '1800ms'))
  const tooLong = await attemptsInTime(t, attempts, edge, 'too long')
  t.equal(tooLong, 1, 'an answer that asks for more than `max`')

  await edge.serve(served({ enabled: false }, '1800ms'))
  t.equal(await attemptsInTime(t, attempts, edge, 'off'), 1, 'twin: the switch off')
})

t.test('T9: an attempt that has no byte for `perTryIdleTimeout` is repeated', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { attempts, upstreams } = await startFirstFails(t, 'hangs')
  const retry = { ...onReset, perTryIdleTimeout: '500ms' }
  const edge = await startEdge(t, { upstreams, rules: ruleWith({ retry }) })
  const client = connectEcho(t, edge.address)
  t.match(await client.unary({ message: 'with' }), { message: 'with' })
  t.ok((attempts.get('with') ?? 0) >= 2)
  await edge.serve({ upstreams, rules: ruleWith({ retry: onReset, timeout: '800ms' }) })
  t.equal(await attemptsInTime(t, attempts, edge, 'without'), 1, 'the twin waits for its first attempt')
})

const CALLS = 400

t.test('T9: with `otherEndpoint`, a retry goes to an endpoint that has not had the call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const bad = await serveEcho(t, {
    unary: async () => {
      throw new RpcStatusError(status.UNAVAILABLE, 'out of order')
    },
  })
  const upstreams = { echo: { endpoints: { ...(await startEndpoints(t, 'b1')), bad: { address: bad } } } }
  const served = (retry: object) => ({ upstreams, rules: ruleWith({ retry }), lb: { policy: 'random' } })
  const edge = await startEdge(t, served(onUnavailable))
  const client = connectEcho(t, edge.address)
  const failures = async () => tallyOf(await callEcho(client, { count: CALLS, concurrency: 8 }))[FAILED] ?? 0

  // Six standard deviations of a binomial distribution: a quarter of the calls meets the bad endpoint twice.
  const twice = await failures()
  t.ok(Math.abs(twice - CALLS / 4) <= 52, `${twice} calls fail without it`)
  await edge.serve(served({ ...onUnavailable, otherEndpoint: true }))
  // One call of 128 does, because Envoy picks six times: more than 30 are rarer than once in a million.
  const few = await failures()
  t.ok(few <= 30, `${few} calls fail with it`)
})

t.test('T9: a budget of 0 allows no retry, and one of 100 % does', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { attempts, upstreams } = await startFirstFails(t, 'fails')
  const served = (retryBudget: object) => ({
    upstreams: { echo: { ...upstreams.echo, circuitBreaker: { retryBudget } } },
    rules: ruleWith({ retry: onUnavailable }),
  })
  const edge = await startEdge(t, served({ enabled: true, percent: 0, minimum: 0 }))
  const client = connectEcho(t, edge.address)
  await t.rejects(client.unary({ message: 'none' }), { code: status.UNAVAILABLE })
  t.equal(attempts.get('none'), 1)
  await edge.serve(served({ enabled: true, percent: 100 }))
  t.match(await client.unary({ message: 'all' }), { message: 'all' })
  await edge.serve(served({ enabled: false, percent: 0, minimum: 0 }))
  t.match(await client.unary({ message: 'off' }), { message: 'off' }, 'the budget off')
})
