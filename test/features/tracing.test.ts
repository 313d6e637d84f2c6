// `tracing` with real calls: Envoy reports a span for each call and each attempt, all in the trace that the caller began.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { RpcStatusError } from '../../services/rpc/index.ts'
import { startOtlpReceiver } from '../../testbed/otlp/receiver.ts'
import type { ReceivedSpan } from '../../testbed/otlp/spans.ts'
import { callEcho } from '../support/call-echo.ts'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, startEdge } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'
const PATH = '/switchyard.echo.v1.EchoService/Unary'

/** `traceparent` of a caller whose trace is kept, or not. https://www.w3.org/TR/trace-context/#traceparent-header */
const parentOf = (isKept: boolean) => `00-${TRACE}-${CALLER}-0${Number(isKept)}`

/** An Envoy with a collector, and a service that fails a call as often as its header `x-fail` says. */
async function startTraced(t: Test) {
  const receiver = await startOtlpReceiver()
  t.teardown(receiver.close)
  const parents: string[] = []
  const attempts = new Map<string, number>()
  const address = await serveEcho(t, {
    unary: async ({ message }, { metadata }) => {
      parents.push(String(metadata.get('traceparent')[0] ?? ''))
      // Envoy gives all attempts of a call one id.
      const call = String(metadata.get('x-request-id')[0])
      const attempt = (attempts.get(call) ?? 0) + 1
      attempts.set(call, attempt)
      const failures = Number(metadata.get('x-fail')[0] ?? 0)
      if (attempt <= failures) throw new RpcStatusError(status.UNAVAILABLE, 'not yet')
      return { message }
    },
  })
  const upstreams = {
    echo: { endpoints: { b1: { address } } },
    collector: { endpoints: { c1: { address: receiver.address } } },
  }
  const tracing = { enabled: false, upstream: 'collector' }
  const edge = await startEdge(t, { upstreams, fleet: { tracing } })
  return {
    receiver,
    parents,
    /** Serves with these settings, and makes calls on a new connection. @returns what the services got as `traceparent` */
    async call(settings: object, headers: Readonly<Record<string, string>> = {}, count = 1) {
      const retry = { enabled: true, attempts: 3, on: ['unavailable'] }
      await edge.serve({ upstreams, fleet: { tracing: { ...tracing, enabled: true, ...settings }, retry } })
      const before = parents.length
      await callEcho(connectEcho(t, edge.address), { count, headers: () => headers })
      return parents.slice(before)
    },
  }
}

const isAttempt = ({ kind }: ReceivedSpan) => kind === 'client'
const isCall = ({ kind }: ReceivedSpan) => kind === 'server'

t.test('T27: spans of calls', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { receiver, call } = await startTraced(t)

  await t.test('a call has a span and its attempt another, if the switch is on', async (t) => {
    t.same(await call({ enabled: false }), [''], 'off: the service gets no context')
    const [parent = ''] = await call({ service: 'edge' })
    const spans = await receiver.until(({ length }) => length >= 2)
    t.equal(spans.length, 2, 'none of them from the call before')
    const [root] = spans.filter(isCall)
    const [attempt] = spans.filter(isAttempt)
    t.match(root, { service: 'edge', name: PATH, attributes: { 'grpc.path': PATH, 'grpc.status_code': '0' } })
    t.equal(root?.parentId, undefined, 'the trace begins here')
    t.match(attempt, { name: PATH, traceId: root?.traceId, parentId: root?.spanId })
    t.equal(attempt?.attributes.upstream_cluster, 'echo')
    t.equal(parent, `00-${root?.traceId}-${attempt?.spanId}-01`, 'the service is below the attempt')
  })

  await t.test("a caller's trace goes on, and the caller decides whether it is kept", async (t) => {
    receiver.clear()
    const [lost = ''] = await call({}, { traceparent: parentOf(false) })
    t.match(lost, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`), 'the context goes on')
    const [kept = ''] = await call({ sampling: 0 }, { traceparent: parentOf(true) })
    t.match(kept, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
    const spans = await receiver.until(({ length }) => length >= 2)
    t.equal(spans.length, 2, 'spans of the kept trace only')
    t.same(
      spans.map(({ traceId }) => traceId),
      [TRACE, TRACE],
    )
    t.equal(spans.find(isCall)?.parentId, CALLER)
  })

  await t.test('each attempt of a call that is retried has a span with its status', async (t) => {
    receiver.clear()
    await call({}, { 'x-fail': '2' })
    const spans = await receiver.until(({ length }) => length >= 4)
    const root = spans.find(isCall)
    t.match(root, { attributes: { 'grpc.status_code': '0' } }, 'the caller sees none of it')
    const attempts = spans.filter(isAttempt)
    t.same(
      attempts.map(({ attributes }) => attributes['grpc.status_code']),
      ['14', '14', '0'],
    )
    t.ok(attempts.every(({ parentId }) => parentId === root?.spanId))
    t.ok(attempts.slice(0, 2).every((span) => span.status === 'error'))

    receiver.clear()
    await call({ attempts: false }, { 'x-fail': '2' })
    const [only, ...others] = await receiver.until(({ length }) => length >= 1)
    t.match(only, { kind: 'server', attributes: { 'grpc.status_code': '0' } }, 'twin: attempts off')
    t.same(others, [])
  })

  await t.test('of calls without a trace, a share is kept', async (t) => {
    const CALLS = 400
    receiver.clear()
    const parents = await call({ sampling: 25, attempts: false }, {}, CALLS)
    const kept = parents.filter((parent) => parent.endsWith('-01')).length
    t.equal(parents.length, CALLS)
    t.ok(Math.abs(kept - CALLS * 0.25) <= 6 * Math.sqrt(CALLS * 0.25 * 0.75), `six deviations: ${kept}`)
    t.equal((await receiver.until(({ length }) => length >= kept)).length, kept, 'a span for each of them')
  })

  await t.test('spans have the tags, and defaults where a call lacks a header', async (t) => {
    receiver.clear()
    const tags = {
      where: { value: 'berlin' },
      tenant: { header: 'x-tenant', default: 'nobody' },
      user: { header: 'x-user' },
      shell: { environment: 'PATH' },
      unset: { environment: 'SWITCHYARD_UNSET', default: 'unset' },
    }
    await call({ tags }, { 'x-tenant': 'blue' })
    await call({ tags })
    const [blue, other] = (await receiver.until(({ length }) => length >= 4)).filter(isCall)
    t.match(blue?.attributes, { where: 'berlin', tenant: 'blue', shell: process.env.PATH, unset: 'unset' })
    t.notOk(Object.hasOwn(blue?.attributes ?? {}, 'user'))
    t.equal(other?.attributes.tenant, 'nobody')
    receiver.clear()
    await call({})
    const [root] = (await receiver.until(({ length }) => length >= 2)).filter(isCall)
    t.notOk(root?.attributes.tenant, 'twin: without tags')
  })
})
