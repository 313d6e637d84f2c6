// Messages in gRPC frames: plain, compressed, trailers of gRPC-Web, and damaged.

import { deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { decodeInput } from './decode-input.ts'
import { isGrpcFrame } from './grpc-frames.ts'

const MESSAGE = Buffer.from('089601', 'hex')

function frame(flag: number, content: Uint8Array, said = content.length): Buffer {
  const head = Buffer.from([flag, 0, 0, 0, 0])
  head.writeUInt32BE(said, 1)
  return Buffer.concat([head, content])
}

const rows = (bytes: Uint8Array) =>
  decodeInput(bytes).blocks.map(({ title, offset, pieces }) => [
    title,
    ...pieces.map(({ at, part, text }) => `${at + offset} ${part} ${text}`),
  ])

t.test('O1.2: bytes that begin with no frame are a message', async (t) => {
  t.strictSame(rows(MESSAGE), [['a message of 3 bytes', '0 tag field 1, VARINT', '1 value 150']])
  t.strictSame(rows(Buffer.alloc(0)), [['a message of 0 bytes']])
})

t.test('O1.2: frames are recognized, and bytes count from the begin of the input', async (t) => {
  t.strictSame(
    rows(
      Buffer.concat([
        frame(0, MESSAGE),
        frame(0, Buffer.alloc(0)),
        frame(0x80, Buffer.from('grpc-status:0\r\n')),
      ]),
    ),
    [
      [
        'frame 1: a message of 3 bytes',
        '0 frame flag: a message',
        '1 frame length: 3 bytes',
        '5 tag field 1, VARINT',
        '6 value 150',
      ],
      ['frame 2: a message of 0 bytes', '8 frame flag: a message', '9 frame length: 0 bytes'],
      [
        'frame 3: trailers of 15 bytes',
        '13 frame flag: trailers',
        '14 frame length: 15 bytes',
        '18 frame grpc-status:0',
      ],
    ],
  )
})

for (const [name, pack] of Object.entries({ gzip: gzipSync, deflate: deflateSync })) {
  t.test(`O1.3: a message compressed by ${name} is unpacked`, async (t) => {
    const packed = pack(MESSAGE)
    t.strictSame(rows(frame(1, packed)), [
      [
        `frame 1: a compressed message of ${packed.length} bytes`,
        '0 frame flag: a compressed message',
        `1 frame length: ${packed.length} bytes`,
        '5 frame compressed; unpacked below',
      ],
      ['frame 1, unpacked: a message of 3 bytes', '0 tag field 1, VARINT', '1 value 150'],
    ])
  })
}

t.test('O1.2: no message begins as a frame does', async (t) => {
  t.ok(isGrpcFrame(frame(0, MESSAGE)))
  t.notOk(isGrpcFrame(Buffer.from('8001030a0161', 'hex')), 'the tag of field 16 begins with 80')
  t.notOk(isGrpcFrame(Buffer.from('0801080108', 'hex')))
  t.notOk(isGrpcFrame(Buffer.from('000000', 'hex')), 'a frame has five bytes at least')
})

const problemsOf = (bytes: Uint8Array) =>
  decodeInput(bytes).problems.map(({ path, message }) => `${path}: ${message}`)

t.test('O1.2: all problems of frames and of the messages in them are listed', async (t) => {
  const cut = frame(0, Buffer.from('0896', 'hex'), 9)
  t.strictSame(problemsOf(Buffer.concat([frame(0, Buffer.from('0f', 'hex')), cut])), [
    'byte 7: the frame says that 9 bytes follow, and 2 are left',
    'byte 5: field 1 has wire type 7, and there are only 0 to 5: these bytes are not a field',
    'byte 12: field 1 ends in the middle of a varint',
  ])
  t.strictSame(problemsOf(Buffer.concat([frame(0, MESSAGE), Buffer.from('42', 'hex')])), [
    'byte 8: a frame begins with 00, 01, 80 or 81, not 42',
  ])
  t.strictSame(problemsOf(Buffer.concat([frame(0, MESSAGE), Buffer.from('0000', 'hex')])), [
    'byte 8: a frame begins with 5 bytes, and 2 are left',
  ])
  t.strictSame(problemsOf(frame(1, MESSAGE)), [
    'byte 5: the frame is compressed, but neither by gzip nor by deflate: see grpc-encoding of its call',
  ])
  t.strictSame(problemsOf(frame(1, gzipSync(Buffer.from('0f', 'hex')))), [
    'frame 1, unpacked, byte 0: field 1 has wire type 7, and there are only 0 to 5: these bytes are not a field',
  ])
})
