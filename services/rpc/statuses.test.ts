// How errors become statuses: in handlers, in requests, and in calls to methods without a handler.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import type { EchoHandlers } from '../../test/support/echo-pair.ts'
import { collect, echoPair } from '../../test/support/echo-pair.ts'
import type { RpcClient } from './index.ts'
import { createClient, RpcStatusError } from './index.ts'

type Call = (client: RpcClient<typeof EchoService>) => Promise<unknown>

const CALLS: Readonly<Record<keyof EchoHandlers, Call>> = {
  unary: (client) => client.unary({}),
  serverStream: (client) => collect(client.serverStream({})),
  clientStream: (client) => client.clientStream([{}]),
  bidirectional: (client) => collect(client.bidirectional([{}])),
}

/** Handlers of every kind that fail at once; the streaming ones fail in the middle of their requests. */
function failing(thrown: unknown): Required<EchoHandlers> {
  return {
    async unary() {
      throw thrown
    },
    // biome-ignore lint/correctness/useYield: it fails before it could
    async *serverStream() {
      throw thrown
    },
    async clientStream(requests) {
      for await (const _ of requests) throw thrown
      return {}
    },
    async *bidirectional(requests) {
      for await (const request of requests) {
        if (request) throw thrown
        yield {}
      }
    },
  }
}

const trailers = new Metadata()
trailers.set('retry-in', '3')

const CASES = [
  {
    title: 'a thrown status arrives with its message and trailers',
    thrown: new RpcStatusError(status.NOT_FOUND, 'no such thing', { metadata: trailers }),
    code: status.NOT_FOUND,
    message: 'no such thing',
    retryIn: ['3'],
    unexpected: false,
  },
  {
    title: "grpc-js's own error, of a call made by the handler, is passed on",
    thrown: Object.assign(new Error('14 UNAVAILABLE: gone'), {
      code: status.UNAVAILABLE,
      details: 'gone',
      metadata: trailers,
    }),
    code: status.UNAVAILABLE,
    message: 'gone',
    retryIn: ['3'],
    unexpected: false,
  },
  {
    title: 'an unexpected error is INTERNAL and reveals nothing to the client',
    thrown: new Error('secret'),
    code: status.INTERNAL,
    message: 'internal error',
    retryIn: [],
    unexpected: true,
  },
  {
    title: 'a DOMException is unexpected too, although its code is a number',
    thrown: new DOMException('secret', 'InvalidStateError'),
    code: status.INTERNAL,
    message: 'internal error',
    retryIn: [],
    unexpected: true,
  },
  {
    title: 'a message that cannot be encoded is repaired',
    thrown: new RpcStatusError(status.ABORTED, 'half \ud83d'),
    code: status.ABORTED,
    message: 'half \ufffd',
    retryIn: [],
    unexpected: false,
  },
]

for (const { title, thrown, code, message, retryIn, unexpected } of CASES) {
  t.test(title, async (t) => {
    const reported: unknown[] = []
    const client = await echoPair(t, failing(thrown), (error) => reported.push(error))
    for (const [kind, call] of Object.entries(CALLS)) {
      const error: unknown = await call(client).catch((rejected: unknown) => rejected)
      if (!(error instanceof RpcStatusError)) return t.fail(`${kind} rejects with an RpcStatusError`)
      t.equal(error.code, code, kind)
      t.equal(error.message, message, kind)
      t.same(error.metadata.get('retry-in'), retryIn, kind)
    }
    t.same(reported, unexpected ? [thrown, thrown, thrown, thrown] : [])
  })
}

t.test('a handler that throws before it returns its stream fails like one that throws in it', async (t) => {
  const client = await echoPair(t, {
    serverStream() {
      throw new RpcStatusError(status.OUT_OF_RANGE, 'too far')
    },
  })
  await t.rejects(collect(client.serverStream({})), { code: status.OUT_OF_RANGE, message: 'too far' })
})

t.test('a method without a handler is UNIMPLEMENTED', async (t) => {
  const client = await echoPair(t, {})
  for (const [kind, call] of Object.entries(CALLS)) {
    await t.rejects(call(client), { code: status.UNIMPLEMENTED }, kind)
  }
})

t.test('answers that precede a status arrive before it', async (t) => {
  const client = await echoPair(t, {
    async *serverStream() {
      for (let sequence = 0; sequence < 100; sequence += 1) yield { sequence }
      throw new RpcStatusError(status.DATA_LOSS, 'the rest is lost')
    },
  })
  const received: number[] = []
  const reading = async () => {
    for await (const { sequence } of client.serverStream({})) received.push(sequence)
  }
  await t.rejects(reading(), { code: status.DATA_LOSS })
  t.equal(received.length, 100)
})

t.test('requests that fail cancel the call, and the call rejects with their error', async (t) => {
  const cancelled: Promise<void>[] = []
  const untilCancelled = async (requests: AsyncIterable<unknown>, signal: AbortSignal) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    cancelled.push(promise)
    signal.addEventListener('abort', () => resolve())
    await collect(requests)
  }
  const client = await echoPair(t, {
    async clientStream(requests, { signal }) {
      await untilCancelled(requests, signal)
      return {}
    },
    // biome-ignore lint/correctness/useYield: it is cancelled before it could
    async *bidirectional(requests, { signal }) {
      await untilCancelled(requests, signal)
    },
  })
  async function* requests() {
    yield {}
    throw new Error('out of requests')
  }
  await t.rejects(client.clientStream(requests()), { message: 'out of requests' })
  await t.rejects(collect(client.bidirectional(requests())), { message: 'out of requests' })
  await Promise.all(cancelled)
})

t.test('no server is UNAVAILABLE', async (t) => {
  const client = createClient(EchoService, `127.0.0.1:${await freePort()}`)
  t.teardown(() => client.close())
  for (const [kind, call] of Object.entries(CALLS)) {
    await t.rejects(call(client), { code: status.UNAVAILABLE }, kind)
  }
})

t.test('a closed client rejects every call', async (t) => {
  const client = await echoPair(t, failing(new Error('not reached')))
  client.close()
  for (const [kind, call] of Object.entries(CALLS)) {
    await t.rejects(call(client), { message: /shut down/ }, kind)
  }
})
