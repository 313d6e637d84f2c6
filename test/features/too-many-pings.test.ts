// Why `http2.keepalive` has an interval of 5 minutes to endpoints: a gRPC server cuts connections, with their calls, that ping often.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { connectEcho, startEdge } from '../support/edge.ts'
import { requireLanguage, startServer } from '../support/grpc-client.ts'
import { requireTool } from '../support/requirements.ts'

/** A stream that stays open after its first answer. @returns what becomes of it */
async function openStream(t: Test, address: string, keepalive: object) {
  const upstreams = { echo: { endpoints: { b1: { address } }, http2: { keepalive } } }
  const edge = await startEdge(t, { upstreams })
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  t.teardown(release)
  async function* requests() {
    yield { message: 'first' }
    await released
  }
  const answers = connectEcho(t, edge.address).bidirectional(requests())[Symbol.asyncIterator]()
  await answers.next()
  const outcome = answers.next().then(
    () => 'answered',
    ({ code }: { readonly code: status }) => status[code],
  )
  return { outcome }
}

t.test('T13: a server in Go cuts connections that ping often, and not with the defaults', async (t) => {
  if (!requireTool(t, 'envoy') || !requireLanguage(t, 'go')) return
  const server = await startServer(t, { language: 'go', name: 'b1' })
  const byDefault = await openStream(t, server.listening, { enabled: true })
  const often = await openStream(t, server.listening, { enabled: true, interval: '50ms' })
  // Its answer has begun, so that Envoy can only reset it.
  t.equal(await often.outcome, 'INTERNAL')
  t.equal(await Promise.race([byDefault.outcome, 'still open']), 'still open', 'the twin')
})
