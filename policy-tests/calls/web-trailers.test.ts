// Trailers in the body of gRPC-Web.

import t from 'tap'
import { toGrpcFrame } from '../../core/grpc-framing.ts'
import { readWebTrailers } from './web-trailers.ts'

const frame = (flags: number, content: string) => toGrpcFrame(Buffer.from(content), flags)

t.test('the last frame has them, behind the messages', async (t) => {
  const trailers = frame(0x80, 'Grpc-Status: 7\r\ngrpc-message:no: really\r\n')
  const expected = { 'grpc-status': '7', 'grpc-message': 'no: really' }
  t.strictSame(readWebTrailers(Buffer.concat([frame(0, 'a message'), trailers])), expected)
})

t.test('a body without them, or that is no gRPC-Web, has none', async (t) => {
  t.strictSame(readWebTrailers(frame(0, 'a message')), {})
  t.strictSame(readWebTrailers(Buffer.from('<html>')), {})
  t.strictSame(readWebTrailers(Buffer.of()), {})
})
