// The echo service does what the comments in its .proto say, within its limits.
import type { MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import type { EchoResponse } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { collect } from '../test/support/echo-pair.ts'
import { openBackend } from '../test/support/open-backend.ts'
import { echoService } from './echo.ts'

type Request = MessageInitShape<typeof EchoRequestSchema>

const MIB = 1024 * 1024

/** The fields in which answers differ. */
function brief({ message, backendId, sequence }: EchoResponse) {
  return [message, backendId, sequence]
}

t.test('unary repeats the message, with the backend id and the peer', async (t) => {
  const { echo } = await openBackend(t)
  const response = await echo.unary({ message: 'hello' })
  t.same(brief(response), ['hello', 'b1', 0])
  t.match(response.peer, /^127\.0\.0\.1:\d+$/)
  t.equal(response.payload.length, 0)
})

t.test('a server stream answers `count` times, numbered from 0', async (t) => {
  const { echo } = await openBackend(t)
  const answers = await collect(echo.serverStream({ message: 'x', count: 3 }))
  t.same(answers.map(brief), [
    ['x', 'b1', 0],
    ['x', 'b1', 1],
    ['x', 'b1', 2],
  ])
})

t.test('a count of 0 is read as 1', async (t) => {
  const { echo } = await openBackend(t)
  t.equal((await collect(echo.serverStream({ count: 0 }))).length, 1)
})

t.test('a client stream is counted, and its last message repeated', async (t) => {
  const { echo } = await openBackend(t)
  t.same(brief(await echo.clientStream([{ message: 'a' }, { message: 'b' }])), ['b', 'b1', 2])
  t.same(brief(await echo.clientStream([])), ['', 'b1', 0])
})

t.test('a bidirectional stream answers each request in order', async (t) => {
  const { echo } = await openBackend(t)
  const answers = await collect(echo.bidirectional([{ message: 'a' }, { message: 'b' }]))
  t.same(answers.map(brief), [
    ['a', 'b1', 0],
    ['b', 'b1', 1],
  ])
})

t.test('each answer has a payload of the requested size, up to 16 MiB', async (t) => {
  const { echo } = await openBackend(t)
  for (const payloadSize of [0, 1, 100_000, 16 * MIB]) {
    t.equal((await echo.unary({ payloadSize })).payload.length, payloadSize)
  }
  const answers = await collect(echo.serverStream({ payloadSize: 5 * MIB, count: 3 }))
  t.same(
    answers.map(({ payload }) => payload.length),
    [5 * MIB, 5 * MIB, 5 * MIB],
  )
})

t.test('a request may also have 16 MiB', async (t) => {
  const { echo } = await openBackend(t)
  t.equal((await echo.unary({ message: 'big', payload: new Uint8Array(16 * MIB) })).message, 'big')
})

t.test('each answer waits for the delay', async (t) => {
  const { echo } = await openBackend(t)
  const begun = performance.now()
  await collect(echo.serverStream({ count: 2, delay: { nanos: 60_000_000 } }))
  await echo.unary({ delay: { nanos: 60_000_000 } })
  const took = performance.now() - begun
  t.ok(took >= 3 * 59, `three answers of 60 ms each took ${took} ms`)
})

t.test('a cancelled call ends its delay', async (t) => {
  const over = new AbortController()
  const context = {
    ...{ metadata: new Metadata(), peer: 'unknown', signal: over.signal, deadline: undefined },
    ...{ trailers: new Metadata(), sendHeaders: () => {} },
  }
  const request = create(EchoRequestSchema, { delay: { seconds: 60n } })
  const waiting = echoService('b1').unary(request, context)
  over.abort()
  await t.rejects(waiting, { name: 'AbortError' })
})

t.test('the call ends with a requested status other than 0', async (t) => {
  const { echo } = await openBackend(t)
  const request: Request = { statusCode: status.UNAVAILABLE, statusMessage: 'go away' }
  const ended = { code: status.UNAVAILABLE, message: 'go away' }
  await t.rejects(echo.unary(request), ended)
  await t.rejects(echo.clientStream([{}, request]), ended)

  const received: EchoResponse[] = []
  const reading = async (answers: AsyncIterable<EchoResponse>) => {
    for await (const answer of answers) received.push(answer)
  }
  await t.rejects(reading(echo.serverStream({ ...request, count: 2 })), ended)
  t.equal(received.splice(0).length, 2, 'a stream sends its answers first')
  await t.rejects(reading(echo.bidirectional([{}, request, {}])), ended)
  t.equal(received.length, 2, 'requests after it have no answer')
})

t.test('every status from 1 to 16 can be requested', async (t) => {
  const { echo } = await openBackend(t)
  for (let statusCode = 1; statusCode <= 16; statusCode += 1) {
    await t.rejects(echo.unary({ statusCode }), { code: statusCode })
  }
})

const TOO_MUCH: readonly { readonly title: string; readonly request: Request; readonly message: string }[] = [
  {
    title: 'a delay of more than a minute',
    request: { delay: { seconds: 60n, nanos: 1_000_000 } },
    message: 'delay: 60001 ms is too long; give at most 60000 ms',
  },
  {
    title: 'a delay below 0',
    request: { delay: { seconds: -1n } },
    message: 'delay: -1000 ms is in the past; give 0 or more',
  },
  {
    title: 'a payload of more than 16 MiB',
    request: { payloadSize: 16 * MIB + 1 },
    message: 'payload_size: 16777217 bytes are too many; give at most 16777216 (16 MiB)',
  },
  {
    title: 'a status above 16',
    request: { statusCode: 17 },
    message: 'status_code: 17 is not a gRPC status; give 0 to 16',
  },
  {
    title: 'a status message that would not fit into headers',
    request: { statusCode: 1, statusMessage: 'é'.repeat(2049) },
    message: 'status_message: 4098 bytes are too many; give at most 4096',
  },
  {
    title: 'a request with several problems',
    request: { statusCode: 99, payloadSize: 2 ** 32 - 1 },
    message:
      'payload_size: 4294967295 bytes are too many; give at most 16777216 (16 MiB); ' +
      'status_code: 99 is not a gRPC status; give 0 to 16',
  },
]

for (const { title, request, message } of TOO_MUCH) {
  t.test(`${title} is INVALID_ARGUMENT in every kind of call`, async (t) => {
    const { echo } = await openBackend(t)
    const rejection = { code: status.INVALID_ARGUMENT, message }
    await t.rejects(echo.unary(request), rejection)
    await t.rejects(collect(echo.serverStream(request)), rejection)
    await t.rejects(echo.clientStream([{}, request]), rejection)
    await t.rejects(collect(echo.bidirectional([{}, request])), rejection)
  })
}

t.test('the largest allowed values are accepted', async (t) => {
  const { echo } = await openBackend(t)
  const statusMessage = 'é'.repeat(2048)
  await t.rejects(echo.unary({ statusCode: 16, statusMessage }), { code: 16, message: statusMessage })
})
