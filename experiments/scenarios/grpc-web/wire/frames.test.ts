// Bodies of gRPC-Web in pieces of any size.

import t from 'tap'
import { EMPTY_GRPC_FRAME, toGrpcFrame } from '../../../../core/grpc-framing.ts'
import { Base64Reader, FrameReader, toTrailers } from './frames.ts'

const TRAILERS = Buffer.from('grpc-status:0\r\nX-Name: a:b\r\n')
const BODY = Buffer.concat([toGrpcFrame(Buffer.from('one')), EMPTY_GRPC_FRAME, toGrpcFrame(TRAILERS, 0x80)])

for (const size of [1, 2, 7, BODY.length]) {
  t.test(`O3.2: a body that comes in pieces of ${size} bytes has the same frames`, async (t) => {
    const reader = new FrameReader()
    const frames = []
    for (let at = 0; at < BODY.length; at += size) frames.push(...reader.push(BODY.subarray(at, at + size)))
    t.strictSame(
      frames.map(({ kind, bytes }) => [kind, Buffer.from(bytes).toString()]),
      [
        ['message', 'one'],
        ['message', ''],
        ['trailers', TRAILERS.toString()],
      ],
    )
    t.equal(reader.left, 0)
  })
}

t.test('O3.2: a frame that is cut off is left', async (t) => {
  const reader = new FrameReader()
  t.strictSame(reader.push(BODY.subarray(0, 6)), [])
  t.equal(reader.left, 6)
})

t.test('O3.2: base64 with padding within the body is read on', async (t) => {
  const text = ['a', 'bc', 'def'].map((part) => Buffer.from(part).toString('base64')).join('')
  for (const size of [1, 3, text.length]) {
    const reader = new Base64Reader()
    let read = ''
    for (let at = 0; at < text.length; at += size) read += reader.push(text.slice(at, at + size)).toString()
    t.equal(read, 'abcdef', `in pieces of ${size}`)
  }
})

t.test('O3.2: trailers have names in lower case, and colons in their values', async (t) => {
  t.strictSame(toTrailers(TRAILERS), { 'grpc-status': '0', 'x-name': 'a:b' })
})
