// The servers and the client that the causes are made with, by themselves.

import t, { type Test } from 'tap'
import { EMPTY_GRPC_FRAME, toGrpcFrame } from '../../../../core/grpc-framing.ts'
import { ANSWER_HEADER, startForeignServer } from './foreign-server.ts'
import { startPlainServer } from './plain-server.ts'
import { callRaw } from './raw-call.ts'

const PATH = '/any.Service/Method'

async function openForeign(t: Test) {
  const { address, close } = await startForeignServer()
  t.teardown(close)
  return (answer: string) =>
    callRaw({
      ...{ target: address, authority: 'foreign.test', path: PATH, body: toGrpcFrame(Uint8Array.of(1)) },
      headers: { [ANSWER_HEADER]: answer },
    })
}

t.test('a foreign server answers with the HTTP or gRPC status that the call asks for', async (t) => {
  const ask = await openForeign(t)
  t.strictSame(await ask('http-404'), { httpStatus: 404, contentType: 'text/html' })
  t.match(await ask('status-42'), { httpStatus: 200, grpcStatus: 42, grpcMessage: 'of another world' })
  t.strictSame(await ask('no-status'), { httpStatus: 200, contentType: 'application/grpc' })
  t.match(await ask('cut-off'), { httpStatus: 200, grpcStatus: 0 })
  t.match(await ask('something'), { httpStatus: 500 })
  await t.rejects(ask('reset-2'), { code: 'ERR_HTTP2_STREAM_ERROR', message: /NGHTTP2_INTERNAL_ERROR/ })
})

t.test('a plain server of grpc-js takes a method that throws as UNKNOWN', async (t) => {
  const { address, close } = await startPlainServer()
  t.teardown(close)
  const call = { target: address, authority: 'plain.test', body: EMPTY_GRPC_FRAME }
  t.match(await callRaw({ ...call, path: '/plain.Plain/Throws' }), { grpcStatus: 2 })
  t.match(await callRaw({ ...call, path: '/plain.Plain/Swallow' }), { grpcStatus: 0 })
})
