// A slow reader slows the writer at the other end; buffers between them stay small.
import type { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t from 'tap'
import { echoPair } from '../../test/support/echo-pair.ts'
import type { RpcClient } from './index.ts'

const PAYLOAD = new Uint8Array(64 * 1024)
/** The number of messages that a writer without backpressure produces well before the other calls end. */
const ALL = 500
/** The most that two HTTP/2 windows and the buffers of both ends can hold. */
const MOST_UNREAD = 100

/** The number of sequential calls. A writer without backpressure finishes in that time. */
async function callsBeside(client: RpcClient<typeof EchoService>): Promise<void> {
  for (let call = 0; call < ALL; call += 1) await client.unary({})
}

t.test('a client that does not read pauses the generator of the answers', async (t) => {
  let made = 0
  const client = await echoPair(t, {
    unary: async () => ({}),
    async *serverStream() {
      for (; made < ALL; made += 1) yield { payload: PAYLOAD }
    },
  })
  let read = 0
  for await (const _ of client.serverStream({})) {
    if (read === 0) await callsBeside(client)
    if (read === 0) t.ok(made < MOST_UNREAD, `${made} answers were made before the second was read`)
    read += 1
  }
  t.equal(read, ALL, 'all messages arrive')
})

t.test('a handler that does not read pauses the requests', async (t) => {
  const go = Promise.withResolvers<void>()
  const client = await echoPair(t, {
    unary: async () => ({}),
    async clientStream(requests) {
      let received = 0
      await go.promise
      for await (const _ of requests) received += 1
      return { sequence: received }
    },
  })
  let made = 0
  async function* requests() {
    for (; made < ALL; made += 1) yield { payload: PAYLOAD }
  }
  const answer = client.clientStream(requests())
  await callsBeside(client)
  t.ok(made < MOST_UNREAD, `${made} requests were made before the first was read`)
  go.resolve()
  t.equal((await answer).sequence, ALL, 'all messages arrive')
})
