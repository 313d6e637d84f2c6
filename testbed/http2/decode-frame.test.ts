// Every frame type out of bytes written by hand after RFC 9113, and malformed ones.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { decodeFrame, decodeHead } from './decode-frame.ts'
import { FRAME_TYPES, type Frame } from './frame-types.ts'

const payload = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

function decode(type: (typeof FRAME_TYPES)[number], flags: number, streamId: number, hex: string): Frame {
  const bytes = payload(hex)
  return decodeFrame(
    {
      length: bytes.length,
      typeCode: FRAME_TYPES.indexOf(type),
      flags,
      streamId,
    },
    bytes,
  )
}

t.test('O2.1: the head has length, type, flags and stream, without the reserved bit', async (t) => {
  t.strictSame(decodeHead(payload('012345 01 05 80000003 ff')), {
    length: 0x012345,
    typeCode: 1,
    flags: 5,
    streamId: 3,
  })
})

/** A frame by type, flags, stream and payload, and what it decodes to. */
const DECODED = [
  ['DATA', 1, 1, '0000', { endStream: true, data: payload('0000'), padding: undefined }],
  ['DATA', 8, 1, '02 aabb 0000', { endStream: false, data: payload('aabb'), padding: 3 }],
  ['HEADERS', 5, 1, '82', { endStream: true, endHeaders: true, fragment: payload('82') }],
  [
    'HEADERS',
    0x28,
    1,
    '01 80000003 0f 82 00',
    {
      fragment: payload('82'),
      padding: 2,
      priority: { exclusive: true, dependsOn: 3, weight: 16 },
    },
  ],
  ['PRIORITY', 0, 3, '00000001 ff', { priority: { exclusive: false, dependsOn: 1, weight: 256 } }],
  ['RST_STREAM', 0, 1, '00000008', { errorCode: 8 }],
  [
    'SETTINGS',
    0,
    0,
    '0004 00010000 00ff 00000001',
    {
      ack: false,
      settings: [
        { id: 4, name: 'INITIAL_WINDOW_SIZE', value: 65_536 },
        { id: 255, name: '0xff', value: 1 },
      ],
    },
  ],
  ['SETTINGS', 1, 0, '', { ack: true, settings: [] }],
  ['PUSH_PROMISE', 4, 1, '00000002 82', { endHeaders: true, promisedStreamId: 2, fragment: payload('82') }],
  ['PING', 1, 0, '0102030405060708', { ack: true, opaque: payload('0102030405060708') }],
  [
    'GOAWAY',
    0,
    0,
    '00000007 0000000b 6279 65',
    { lastStreamId: 7, errorCode: 11, debug: Buffer.from('bye') },
  ],
  ['WINDOW_UPDATE', 0, 0, '80000010', { increment: 16 }],
  ['CONTINUATION', 4, 1, '83', { endHeaders: true, fragment: payload('83') }],
] as const

for (const [type, flags, streamId, hex, expected] of DECODED) {
  t.test(`O2.1: ${type} with flags 0x${flags.toString(16)} and payload "${hex}" is decoded`, async (t) => {
    const frame = decode(type, flags, streamId, hex)
    t.notOk('problem' in frame)
    t.match(frame, { type, streamId, ...expected })
  })
}

t.test('O2.1: a frame of an unknown type keeps its payload', async (t) => {
  const frame = decodeFrame({ length: 1, typeCode: 0x2a, flags: 0, streamId: 0 }, payload('07'))
  t.match(frame, { type: 'UNKNOWN', typeCode: 0x2a, payload: payload('07') })
})

/** A frame by type, flags, stream and payload, and what is wrong with it. Each has a twin above. */
const MALFORMED = [
  ['DATA', 0, 0, '00', 'DATA needs a stream, but has stream 0'],
  ['DATA', 8, 1, '', 'DATA has no bytes, but its flags announce padding'],
  ['DATA', 8, 1, '02 aa', 'DATA has 2 bytes, but announces 2 of padding (PROTOCOL_ERROR)'],
  ['HEADERS', 0x20, 1, '8000', 'HEADERS has 2 bytes, too few for the priority that its flags announce'],
  ['PRIORITY', 0, 1, '00', 'PRIORITY has 1 bytes, not 5 (FRAME_SIZE_ERROR)'],
  ['RST_STREAM', 0, 1, '000000', 'RST_STREAM has 3 bytes, not 4 (FRAME_SIZE_ERROR)'],
  ['SETTINGS', 0, 0, '0004', 'SETTINGS has 2 bytes, which is not a multiple of 6 (FRAME_SIZE_ERROR)'],
  ['SETTINGS', 1, 0, '000400010000', 'SETTINGS has 6 bytes, not 0 (FRAME_SIZE_ERROR)'],
  ['SETTINGS', 0, 1, '', 'SETTINGS is of the connection, but has stream 1'],
  ['PUSH_PROMISE', 4, 1, '0000', 'PUSH_PROMISE has 2 bytes, too few for the promised stream'],
  ['PING', 0, 0, '01', 'PING has 1 bytes, not 8 (FRAME_SIZE_ERROR)'],
  ['GOAWAY', 0, 0, '00000000', 'GOAWAY has 4 bytes, but needs at least 8 (FRAME_SIZE_ERROR)'],
  ['WINDOW_UPDATE', 0, 1, '00000000', 'WINDOW_UPDATE has an increment of 0 (PROTOCOL_ERROR)'],
  ['CONTINUATION', 4, 0, '83', 'CONTINUATION needs a stream, but has stream 0'],
] as const

for (const [type, flags, streamId, hex, problem] of MALFORMED) {
  t.test(`O2.1: malformed: ${problem}`, async (t) => {
    t.match(decode(type, flags, streamId, hex), { type, problem })
  })
}

t.test('O2.1: whatever the bytes of a frame are, it is decoded or has a problem', async () => {
  const anything = fc.record({
    typeCode: fc.integer({ min: 0, max: 12 }),
    flags: fc.integer({ min: 0, max: 255 }),
    streamId: fc.integer({ min: 0, max: 3 }),
    bytes: fc.uint8Array({ maxLength: 40 }),
  })
  fc.assert(
    fc.property(anything, ({ bytes, ...head }) => {
      const frame = decodeFrame({ ...head, length: bytes.length }, Buffer.from(bytes))
      return frame.length === bytes.length && frame.type === (FRAME_TYPES[head.typeCode] ?? 'UNKNOWN')
    }),
    { numRuns: 2_000 },
  )
})
