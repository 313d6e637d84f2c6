// Calls that end early: by cancellation, by deadline, by leaving a loop, and by an early answer.
import { once } from 'node:events'
import type { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import type { Test } from 'tap'
import t from 'tap'
import { collect, echoPair } from '../../test/support/echo-pair.ts'
import type { CallContext, CallOptions, RpcClient } from './index.ts'

/** Large, so that buffers fill soon. */
const PAYLOAD = new Uint8Array(64 * 1024)

type Call = (client: RpcClient<typeof EchoService>, options: CallOptions) => Promise<unknown>

const CALLS: Readonly<Record<string, Call>> = {
  unary: (client, options) => client.unary({}, options),
  serverStream: (client, options) => collect(client.serverStream({}, options)),
  clientStream: (client, options) => client.clientStream([{}], options),
  bidirectional: (client, options) => collect(client.bidirectional([{}], options)),
}

/** A client of handlers that do not answer until their call is over. `started` and `over` report each of them. */
async function waitingPair(t: Test) {
  let started = Promise.withResolvers<void>()
  let over = Promise.withResolvers<void>()
  const untilOver = async ({ signal }: CallContext) => {
    started.resolve()
    await once(signal, 'abort')
    over.resolve()
  }
  const client = await echoPair(t, {
    async unary(_request, context) {
      await untilOver(context)
      return {}
    },
    // biome-ignore lint/correctness/useYield: its call is over before it could
    async *serverStream(_request, context) {
      await untilOver(context)
    },
    async clientStream(_requests, context) {
      await untilOver(context)
      return {}
    },
    // biome-ignore lint/correctness/useYield: its call is over before it could
    async *bidirectional(_requests, context) {
      await untilOver(context)
    },
  })
  return {
    client,
    next() {
      started = Promise.withResolvers<void>()
      over = Promise.withResolvers<void>()
      return { started: started.promise, over: over.promise }
    },
  }
}

t.test('an aborted signal cancels the call at both ends', async (t) => {
  const { client, next } = await waitingPair(t)
  for (const [kind, call] of Object.entries(CALLS)) {
    const { started, over } = next()
    const abort = new AbortController()
    const rejected = t.rejects(call(client, { signal: abort.signal }), { code: status.CANCELLED }, kind)
    await started
    abort.abort()
    await Promise.all([rejected, over])
  }
})

t.test('a signal that was aborted before cancels the call at once', async (t) => {
  const { client } = await waitingPair(t)
  for (const [kind, call] of Object.entries(CALLS)) {
    await t.rejects(call(client, { signal: AbortSignal.abort() }), { code: status.CANCELLED }, kind)
  }
})

t.test('a deadline ends the call at both ends', async (t) => {
  const { client, next } = await waitingPair(t)
  for (const [kind, call] of Object.entries(CALLS)) {
    const { started, over } = next()
    let isAtServer = false
    void started.then(() => {
      isAtServer = true
    })
    // On a busy machine, the deadline may pass before the call has come to the server.
    do {
      const deadline = Date.now() + 500
      await t.rejects(call(client, { deadline }), { code: status.DEADLINE_EXCEEDED }, kind)
    } while (!isAtServer)
    await over
  }
})

t.test('an error that a handler throws after its call was cancelled is not reported', async (t) => {
  const reported: unknown[] = []
  const left = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const client = await echoPair(
    t,
    {
      async unary(_request, { signal }) {
        started.resolve()
        try {
          await once(new EventTarget(), 'never', { signal })
        } finally {
          left.resolve()
        }
        return {}
      },
    },
    (thrown) => reported.push(thrown),
  )
  const abort = new AbortController()
  const rejected = t.rejects(client.unary({}, { signal: abort.signal }), { code: status.CANCELLED })
  await started.promise
  abort.abort()
  await Promise.all([rejected, left.promise])
  t.same(reported, [])
})

t.test('leaving the loop cancels the call, and ends its generator', async (t) => {
  const left = Promise.withResolvers<void>()
  const client = await echoPair(t, {
    async *serverStream() {
      try {
        for (;;) yield {}
      } finally {
        left.resolve()
      }
    },
  })
  for await (const _ of client.serverStream({})) break
  await left.promise
})

t.test('a handler that answers early ends the requests', async (t) => {
  const client = await echoPair(t, {
    async clientStream(requests) {
      for await (const { message } of requests) return { message }
      return {}
    },
    async *bidirectional(requests) {
      for await (const { message } of requests) return yield { message }
    },
  })
  const calls = {
    clientStream: async (requests: AsyncIterable<object>) => [await client.clientStream(requests)],
    bidirectional: (requests: AsyncIterable<object>) => collect(client.bidirectional(requests)),
  }
  for (const [kind, call] of Object.entries(calls)) {
    const left = Promise.withResolvers<void>()
    async function* requests() {
      try {
        for (let index = 0; ; index += 1) yield { message: String(index), payload: PAYLOAD }
      } finally {
        left.resolve()
      }
    }
    t.same(
      (await call(requests())).map(({ message }) => message),
      ['0'],
      kind,
    )
    await left.promise
  }
})
