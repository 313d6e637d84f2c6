// `hedging` when the first attempt fails while the second one runs: an error in `retry.on` is dropped, and any other is the answer.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { RpcStatusError } from '../../services/rpc/index.ts'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, startEdge } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

/** Two endpoints. Each holds a call until the test says how it ends, except for calls without a message. */
async function startPair(t: Test) {
  const attempts: { readonly answer: () => void; readonly fail: (code: status) => void }[] = []
  let onAttempt = () => {}
  const start = () =>
    serveEcho(t, {
      unary: async ({ message }) => {
        if (message !== '') {
          await new Promise<void>((answer, reject) => {
            attempts.push({ answer, fail: (code) => reject(new RpcStatusError(code, 'failed')) })
            onAttempt()
          })
        }
        return { message }
      },
    })
  const endpoints = { b1: { address: await start() }, b2: { address: await start() } }
  const untilAttempts = async (count: number) => {
    while (attempts.length < count) await new Promise<void>((resolve) => (onAttempt = resolve))
    return attempts.splice(0)
  }
  return { upstreams: { echo: { endpoints } }, untilAttempts }
}

t.test('T10: while a hedge runs, only an error beyond `retry.on` ends the call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { upstreams, untilAttempts } = await startPair(t)
  const retry = { enabled: true, attempts: 1, on: ['unavailable'] }
  const hedging = { enabled: true, delay: '20ms' }
  const edge = await startEdge(t, {
    upstreams,
    rules: { all: { match: {}, to: { echo: 1 }, retry, hedging } },
  })
  const client = connectEcho(t, edge.address)
  const callWith = async (code: status) => {
    const call = client.unary({ message: 'held' })
    call.catch(() => {})
    const [first, second] = await untilAttempts(2)
    first?.fail(code)
    // Answers of both endpoints that came after the error, on the same connections.
    for (let count = 0; count < 4; count += 1) await client.unary({})
    second?.answer()
    return await call
  }
  t.match(await callWith(status.UNAVAILABLE), { message: 'held' }, 'the hedge answers')
  await t.rejects(callWith(status.INTERNAL), { code: status.INTERNAL, message: /failed/ })
})
