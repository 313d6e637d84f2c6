// Frames as lines that a person reads.

import t from 'tap'
import { ConnectionReader, PREFACE } from './connection-reader.ts'
import { encodeFrame } from './encode-frame.ts'
import { frameLine } from './frame-text.ts'

/** A header block of `:path: /a`, without a table. */
const PATH = '04 02 2f61'

const LINES = [
  [
    'SETTINGS',
    0,
    0,
    '000400010000',
    'client →  connection  SETTINGS            6 B  INITIAL_WINDOW_SIZE=65536',
  ],
  ['SETTINGS', 1, 0, '', 'client →  connection  SETTINGS            0 B  ACK'],
  ['HEADERS', 5, 1, PATH, 'client →  stream 1    HEADERS             4 B  END_STREAM, END_HEADERS, :path /a'],
  ['RST_STREAM', 0, 1, '00000008', 'client →  stream 1    RST_STREAM          4 B  CANCEL'],
  ['WINDOW_UPDATE', 0, 0, '00000010', 'client →  connection  WINDOW_UPDATE       4 B  +16'],
  [
    'GOAWAY',
    0,
    0,
    '000000010000000b 627965',
    'client →  connection  GOAWAY             11 B  ENHANCE_YOUR_CALM, last stream 1, "bye"',
  ],
  ['PING', 0, 0, '0000000000000001', 'client →  connection  PING                8 B  0000000000000001'],
  ['PRIORITY', 0, 3, '00000001 0f', 'client →  stream 3    PRIORITY            5 B  depends on 1, weight 16'],
  [
    'PUSH_PROMISE',
    4,
    1,
    `00000002 ${PATH}`,
    'client →  stream 1    PUSH_PROMISE        8 B  END_HEADERS, promises stream 2, :path /a',
  ],
  ['DATA', 9, 1, '01 aa 00', 'client →  stream 1    DATA                3 B  END_STREAM, PADDED'],
  [
    'PING',
    0,
    0,
    '01',
    'client →  connection  PING                1 B  malformed: PING has 1 bytes, not 8 (FRAME_SIZE_ERROR)',
  ],
  [0x10, 0, 0, '01', 'client →  connection  PRIORITY_UPDATE       1 B'],
  [0x2a, 0, 0, '01', 'client →  connection  type 0x2a           1 B'],
] as const

for (const [type, flags, streamId, payload, expected] of LINES) {
  t.test(`O2.1: ${expected.trim().replaceAll(/ +/g, ' ')}`, async (t) => {
    const reader = new ConnectionReader()
    reader.push('client', PREFACE, 0)
    const [seen] = reader.push('client', encodeFrame(type, flags, streamId, payload), 1.5)
    if (seen === undefined) return t.fail('no frame')
    t.equal(frameLine(seen), `       1.500 ms  ${expected}`)
  })
}
