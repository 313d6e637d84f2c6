// Frames of gRPC-Web in whatever pieces they arrive.

import t from 'tap'
import { FrameReader, frameOf, readTrailers } from './frames.ts'

const MESSAGE = new Uint8Array([1, 2, 3])
const TRAILERS = new TextEncoder().encode('grpc-status:5\r\nGrpc-Message: no%20such\r\n')

/** A message, and trailers with their bit set. */
function body(): Uint8Array {
  const trailers = frameOf(TRAILERS)
  trailers[0] = 0x80
  return new Uint8Array([...frameOf(MESSAGE), ...trailers])
}

t.test('O3.6: a frame is a byte of flags, four bytes of length, and the message', async (t) => {
  t.strictSame([...frameOf(MESSAGE)], [0, 0, 0, 0, 3, 1, 2, 3])
  t.strictSame([...frameOf(new Uint8Array(258))].slice(0, 5), [0, 0, 0, 1, 2])
})

t.test('O3.6: frames are read as a whole and byte by byte', async (t) => {
  for (const size of [1, 3, 1000]) {
    const reader = new FrameReader()
    const bytes = body()
    const frames = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      reader.take(bytes.slice(index * size, (index + 1) * size)),
    ).flat()
    t.strictSame(
      frames.map(({ kind }) => kind),
      ['message', 'trailers'],
      `${size} bytes at a time`,
    )
    t.strictSame([...(frames[0]?.content ?? [])], [...MESSAGE])
  }
})

t.test('O3.6: a frame that is not complete is kept', async (t) => {
  const reader = new FrameReader()
  t.strictSame(reader.take(frameOf(MESSAGE).slice(0, 7)), [])
  t.equal(reader.take(new Uint8Array([3])).length, 1)
})

t.test('O3.6: trailers are lines of names, in lower case, and values', async (t) => {
  t.strictSame(readTrailers(TRAILERS), { 'grpc-status': '5', 'grpc-message': 'no%20such' })
  t.strictSame(readTrailers(new TextEncoder().encode('x: a:b\r\n')), { x: 'a:b' })
})
