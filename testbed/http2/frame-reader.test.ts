// Frames out of a stream of bytes, however it is split over chunks.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { encodeFrame } from './encode-frame.ts'
import { FrameReader } from './frame-reader.ts'
import { FRAME_TYPES } from './frame-types.ts'

const FRAMES = [
  encodeFrame('SETTINGS', 0, 0, '000400010000'),
  encodeFrame('HEADERS', 4, 1, '82'),
  encodeFrame('DATA', 0, 1, '0000000000'),
  encodeFrame('PING', 0, 0, '0102030405060708'),
  encodeFrame('DATA', 1, 1, ''),
]
const TYPES = ['SETTINGS', 'HEADERS', 'DATA', 'PING', 'DATA']

t.test('O2.1: frames are found, however the bytes are split', async (t) => {
  const all = Buffer.concat(FRAMES)
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: all.length - 1 }), {
    maxLength: all.length,
  })
  fc.assert(
    fc.property(cuts, (places) => {
      const reader = new FrameReader()
      const at = [0, ...places.toSorted((a, b) => a - b), all.length]
      const frames = at.slice(1).flatMap((end, index) => reader.push(all.subarray(at[index], end)))
      t.strictSame(
        frames.map(({ type }) => type),
        TYPES,
      )
      return reader.pending === 0
    }),
  )
})

t.test('O2.1: a frame is there with its last byte, and not before', async (t) => {
  const reader = new FrameReader()
  const [settings = Buffer.alloc(0)] = FRAMES
  t.strictSame(reader.push(settings.subarray(0, -1)), [])
  t.equal(reader.pending, settings.length - 1)
  t.equal(reader.push(settings.subarray(-1)).length, 1)
})

t.test('O2.1: after a malformed frame, the next one is found', async (t) => {
  const reader = new FrameReader()
  const frames = reader.push(Buffer.concat([encodeFrame('PING', 0, 0, '01'), ...FRAMES]))
  t.match(frames[0], { problem: String })
  t.strictSame(
    frames.slice(1).map(({ type }) => type),
    TYPES,
  )
})

t.test('O2.1: random bytes never crash the reader', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (chunks) => {
      const reader = new FrameReader()
      for (const chunk of chunks) reader.push(Buffer.from(chunk))
    }),
    { numRuns: 500 },
  )
  t.equal(FRAME_TYPES.length, 10)
})
