// What is logged of real calls, on both sides. Every line is checked against the schema.

import { create } from '@bufbuild/protobuf'
import { ErrorInfoSchema } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import t, { type Test } from 'tap'
import { collect } from '../../test/support/echo-pair.ts'
import { loggedPair } from '../../test/support/logged-pair.ts'
import { echoService } from '../echo.ts'
import { keyValueService } from '../key-value.ts'
import { type CallContext, RpcStatusError, richError } from '../rpc/index.ts'
import { createCallLog } from './call-log.ts'
import { createLogger } from './logger.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const SIDES = ['client', 'server'] as const

const echo = (t: Test, options = {}) => loggedPair(t, EchoService, echoService('b1'), options)

function headers(all: Readonly<Record<string, string>>): { readonly metadata: Metadata } {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(all)) metadata.set(name, value)
  return { metadata }
}

t.test('O5.8: a call is one line on each side, with the trace that both share', async (t) => {
  const { client, lines } = await echo(t)
  await client.unary(
    { message: 'm' },
    headers({ traceparent: `00-${TRACE}-${SPAN}-01`, 'x-request-id': 'r1' }),
  )
  for (const role of SIDES) {
    t.match(lines({ role }), [
      {
        ...{ event: 'call', level: 'info', node: role === 'client' ? 'c1' : 's1' },
        ...{ traceId: TRACE, spanId: SPAN, requestId: 'r1', grpcStatus: 'OK', requests: 1, responses: 1 },
        path: '/switchyard.echo.v1.EchoService/Unary',
        [role === 'client' ? 'endpoint' : 'caller']: /^127\.0\.0\.1:\d+$/,
      },
    ])
  }
  t.match(lines({ role: 'server' }), [{ authority: /^127/, userAgent: /^grpc-node-js/ }])
})

t.test('O5.8: messages of every kind of call are counted', async (t) => {
  const { client, lines } = await echo(t)
  const three = [{}, {}, {}]
  const calls = {
    Unary: [() => client.unary({}), 1, 1],
    ServerStream: [() => collect(client.serverStream({ count: 3 })), 1, 3],
    ClientStream: [() => client.clientStream(three), 3, 1],
    Bidirectional: [() => collect(client.bidirectional(three)), 3, 3],
  } as const
  for (const [method, [call, requests, responses]] of Object.entries(calls)) {
    await call()
    const path = `/switchyard.echo.v1.EchoService/${method}`
    for (const role of SIDES) t.match(lines({ role, path }), [{ requests, responses }], `${method}, ${role}`)
  }
})

t.test('O5.8: what else a caller sends is not logged', async (t) => {
  const { client, text } = await echo(t, { payloads: { share: 1 } })
  await client.unary({}, headers({ authorization: 'Bearer SECRET', cookie: 'SECRET', 'x-mine': 'SECRET' }))
  t.notMatch(text(), /SECRET/)
})

t.test(
  'O5.10: details are captured on both sides, and what the handler threw only on the server',
  async (t) => {
    const cause = new TypeError('the disk is full')
    const details = [
      create(ErrorInfoSchema, { reason: 'FULL', domain: 'switchyard', metadata: { disk: 'a' } }),
    ]
    const { client, lines } = await loggedPair(t, EchoService, {
      async unary() {
        throw richError(status.RESOURCE_EXHAUSTED, 'no space', details, { cause })
      },
      async clientStream() {
        throw cause
      },
    })
    await t.rejects(client.unary({}))
    await t.rejects(client.clientStream([]))
    const detail = {
      '@type': 'google.rpc.ErrorInfo',
      reason: 'FULL',
      domain: 'switchyard',
      metadata: { disk: 'a' },
    }
    const seen = { type: 'TypeError', message: 'the disk is full', stack: /call-log\.test/ }
    t.match(lines({ role: 'server' }), [
      {
        ...{ level: 'warn', grpcStatus: 'RESOURCE_EXHAUSTED', grpcMessage: 'no space' },
        error: { details: [detail], cause: seen },
      },
      { level: 'error', grpcStatus: 'INTERNAL', grpcMessage: 'internal error', error: { cause: seen } },
    ])
    const [rich, plain] = lines({ role: 'client' })
    t.same(rich?.error, { details: [detail] })
    t.equal(plain?.error, undefined)
  },
)

t.test('O5.10: a call that its client ends is one line, with the reason', async (t) => {
  const started = { now: Promise.withResolvers<void>() }
  let calls = 0
  const never = async (_: unknown, { signal }: CallContext) => {
    calls += 1
    started.now.resolve()
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('too late'))))
    return {}
  }
  const { client, lines, nextCall } = await loggedPair(t, EchoService, { unary: never })
  const abort = new AbortController()
  const cancelled = nextCall('server')
  const call = client.unary({}, { signal: abort.signal })
  await started.now.promise
  abort.abort()
  await t.rejects(call)
  t.match(await cancelled, { level: 'info', grpcStatus: 'CANCELLED', requests: 1, responses: 0 })
  const ended = () => lines({ role: 'server', event: 'call' })
  // On a busy machine, the client may leave before the call has come to the server, or before the deadline has passed there too.
  do {
    await t.rejects(client.unary({}, { deadline: Date.now() + 300 }))
    while (ended().length < calls) await nextCall('server')
  } while (ended().every(({ grpcStatus }) => grpcStatus !== 'DEADLINE_EXCEEDED'))
  t.ok(ended().some(({ level, grpcStatus }) => level === 'warn' && grpcStatus === 'DEADLINE_EXCEEDED'))
  const [first, ...others] = lines({ role: 'client' }).map(({ grpcStatus }) => grpcStatus)
  t.same([first, ...new Set(others)], ['CANCELLED', 'DEADLINE_EXCEEDED'])
  while (ended().length < calls) await nextCall('server')
  t.equal(ended().length, calls)
})

t.test('O5.9: messages of sampled calls are logged, without values that are sensitive', async (t) => {
  const { client, lines, text } = await loggedPair(t, KeyValueService, keyValueService('b1'), {
    payloads: { share: 1 },
  })
  await client.put({ key: 'a', value: Buffer.from('SECRET') })
  for (const role of SIDES) {
    t.match(lines({ role }), [
      { event: 'request', sequence: 0, payload: { key: 'a' }, redacted: ['value'] },
      {
        event: 'response',
        sequence: 0,
        payload: { entry: { key: 'a' }, backend_id: 'b1' },
        redacted: ['entry.value'],
      },
      { event: 'call', grpcStatus: 'OK' },
    ])
  }
  t.notMatch(text(), Buffer.from('SECRET').toString('base64'))
})

t.test('O5.9: a field mask chooses what is shown', async (t) => {
  const fields = { 'switchyard.echo.v1.EchoRequest': ['count'], 'switchyard.echo.v1.EchoResponse': [] }
  const { client, lines } = await echo(t, { payloads: { share: 1, fields } })
  await client.unary({ message: 'm', count: 2 })
  t.match(lines({ role: 'server' }), [{ payload: { count: 2 } }, { payload: {} }, {}])
  t.notMatch(lines({ event: 'request' })[0]?.payload, { message: 'm' })
})

t.test('O5.9: of a long stream, the first messages are logged', async (t) => {
  const { client, lines } = await echo(t, { payloads: { share: 1, messages: 2 } })
  await collect(client.serverStream({ count: 5 }))
  t.same(
    lines({ role: 'server', event: 'response' }).map(({ sequence }) => sequence),
    [0, 1],
  )
  t.match(lines({ role: 'server', event: 'call' }), [{ responses: 5 }])
})

t.test('O5.9: both sides log the messages of the same traces', async (t) => {
  const { client, lines } = await echo(t, { payloads: { share: 0.5 } })
  const traces = [`${'0'.repeat(31)}1`, 'f'.repeat(32)]
  for (const id of traces) await client.unary({}, headers({ traceparent: `00-${id}-${SPAN}-00` }))
  for (const role of SIDES) {
    t.same(
      lines({ role, event: 'request' }).map(({ traceId }) => traceId),
      [traces[0]],
    )
  }
  t.equal(lines({ event: 'call' }).length, 4, 'all calls are logged')
})

t.test('O5.8: the line of a client has its own span, where it has a tracer', async (t) => {
  const { client, lines } = await echo(t)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  t.teardown(() => context.disable())
  const span = trace.wrapSpanContext({ traceId: TRACE, spanId: SPAN, traceFlags: 1 })
  await context.with(trace.setSpan(context.active(), span), () => client.unary({}))
  t.match(lines({ role: 'client' }), [{ traceId: TRACE, spanId: SPAN }])
})

t.test('O5.8: a line that is no call is a note', async (t) => {
  const written: string[] = []
  const logger = createLogger({ role: 'server', node: 'b1' }, { write: (line) => void written.push(line) })
  logger.warn('the disk is nearly full')
  t.match(
    written.map((line) => JSON.parse(line)),
    [{ level: 'warn', event: 'note', role: 'server', node: 'b1', message: 'the disk is nearly full' }],
  )
})

t.test('O5.9: all problems of field masks are one error', async (t) => {
  const logger = createLogger({ role: 'server', node: 'b1' }, { write() {} })
  const fields = { 'switchyard.kv.v1.PutRequest': ['keys', 'value'], 'a.B': ['c'] }
  const log = () => createCallLog({ logger, services: [KeyValueService], payloads: { share: 1, fields } })
  t.throws(log, {
    code: 'invalid-argument',
    problems: [
      { path: 'switchyard.kv.v1.PutRequest.keys' },
      { path: 'switchyard.kv.v1.PutRequest.value', message: /sensitive/ },
      { path: 'a.B', message: /use one of: switchyard\.kv\.v1\.GetRequest/ },
    ],
  })
})

t.test('O5.10: a status that the handler chose has no cause', async (t) => {
  const { client, lines } = await loggedPair(t, EchoService, {
    async unary() {
      throw new RpcStatusError(status.NOT_FOUND, 'gone')
    },
  })
  await t.rejects(client.unary({}))
  t.match(lines({ role: 'server' }), [{ level: 'info', grpcStatus: 'NOT_FOUND', grpcMessage: 'gone' }])
  t.match(lines({ role: 'client' }), [{ requests: 1, responses: 0 }])
  t.notOk(lines({ role: 'server' })[0]?.error)
})
