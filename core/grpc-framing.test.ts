// Frames of gRPC are read as they were written, in whatever parts they come.

import t from 'tap'
import {
  COMPRESSED,
  EMPTY_GRPC_FRAME,
  GRPC_PREFIX_BYTES,
  GrpcFrameReader,
  TRAILERS,
  toGrpcFrame,
} from './grpc-framing.ts'

const LONG = Buffer.alloc(70_000, 'long')
const BODY = Buffer.concat([
  toGrpcFrame(Buffer.from('one')),
  EMPTY_GRPC_FRAME,
  toGrpcFrame(LONG, COMPRESSED),
  toGrpcFrame(Buffer.from('grpc-status:0'), TRAILERS),
])

t.test('a frame is flags, length and message', async (t) => {
  t.equal(toGrpcFrame(Buffer.from('abc')).toString('hex'), '0000000003616263')
  t.equal(toGrpcFrame(LONG, COMPRESSED).subarray(0, 5).toString('hex'), '0100011170')
  t.equal(EMPTY_GRPC_FRAME.toString('hex'), '0000000000')
})

for (const size of [1, 2, 7, 8, 69_999, BODY.length]) {
  t.test(`frames that come in parts of ${size} bytes are the same`, async (t) => {
    const reader = new GrpcFrameReader()
    const frames = []
    for (let at = 0; at < BODY.length; at += size) frames.push(...reader.push(BODY.subarray(at, at + size)))
    t.strictSame(
      frames.map(({ flags, bytes }) => [flags, bytes.toString()]),
      [
        [0, 'one'],
        [0, ''],
        [COMPRESSED, LONG.toString()],
        [TRAILERS, 'grpc-status:0'],
      ],
    )
    t.equal(reader.left, 0)
  })
}

t.test('a frame that has not ended is left, and goes on with what comes next', async (t) => {
  const reader = new GrpcFrameReader()
  t.strictSame(reader.push(BODY.subarray(0, 6)), [])
  t.equal(reader.left, 6)
  t.match(reader.push(BODY.subarray(6, 8)), [{ flags: 0, bytes: Buffer.from('one') }])
})

t.test('a frame that comes whole is not copied, nor is the next one', async (t) => {
  const reader = new GrpcFrameReader()
  for (const message of ['first', 'second']) {
    const whole = toGrpcFrame(Buffer.from(message))
    const [frame] = reader.push(whole)
    t.equal(frame?.bytes.buffer, whole.buffer)
    t.equal(frame?.bytes.byteOffset, whole.byteOffset + GRPC_PREFIX_BYTES)
  }
})

t.test('flags are checked when a frame begins', async (t) => {
  const reader = new GrpcFrameReader((flags) => {
    if (flags > COMPRESSED) throw new Error(`flags are ${flags}`)
  })
  t.equal(reader.push(toGrpcFrame(LONG, COMPRESSED)).length, 1)
  t.throws(() => reader.push(toGrpcFrame(LONG, TRAILERS).subarray(0, 5)), { message: 'flags are 128' })
})
