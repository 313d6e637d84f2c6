// A slow reader slows the writer at the other end; nothing piles up between them.
import type { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t from 'tap'
import { echoPair } from '../../test/support/echo-pair.ts'
import type { RpcClient } from './index.ts'

const PAYLOAD = new Uint8Array(64 * 1024)
/** All that a writer without backpressure would have made long before the calls beside it are through. */
const ALL = 500
/** Two windows of HTTP/2 and the buffers of both ends hold no more than this. */
const MOST_UNREAD = 100

/** Calls that go through one after the other: meanwhile an unhindered writer would have written everything. */
async function callsBeside(client: RpcClient<typeof EchoService>): Promise<void> {
  for (let call = 0; call < ALL; call += 1) await client.unary({})
}

t.test('a client that does not read halts the generator of the answers', async (t) => {
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
  t.equal(read, ALL, 'all arrive in the end')
})

t.test('a handler that does not read halts the requests', async (t) => {
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
  t.equal((await answer).sequence, ALL, 'all arrive in the end')
})
