// The picture of a connection, from frames written by hand.

import t from 'tap'
import { ConnectionReader, PREFACE } from '../testbed/http2/connection-reader.ts'
import { encodeFrame } from '../testbed/http2/encode-frame.ts'
import { lanesOf } from './lanes-of.ts'

function frames() {
  const reader = new ConnectionReader()
  reader.push('client', PREFACE, 0)
  reader.push('client', encodeFrame('SETTINGS', 0, 0, '000400000064'), 1)
  reader.push('client', encodeFrame('HEADERS', 5, 1, '040a2f612e422f4d6574686f64'.replace('0a', '0b')), 2)
  reader.push('server', encodeFrame('DATA', 0, 1, Buffer.alloc(100)), 3)
  reader.push('client', encodeFrame('WINDOW_UPDATE', 0, 1, '00000064'), 5)
  reader.push('server', encodeFrame('DATA', 1, 1, Buffer.alloc(10)), 6)
  return reader.frames
}

t.test(
  'O2.1: streams are lanes with the name of their method, frames are marks, and stalls are visible',
  async (t) => {
    const { lanes, windows } = lanesOf(frames())
    t.strictSame(
      lanes.map(({ label, marks }) => [
        label,
        ...marks.map(({ atMs, type, from }) => `${atMs} ${from} ${type}`),
      ]),
      [
        ['connection', '1 client SETTINGS'],
        ['stream 1 · Method', '2 client HEADERS', '3 server DATA', '5 client WINDOW_UPDATE', '6 server DATA'],
      ],
    )
    t.strictSame(lanes[1]?.stalls, [[3, 5]])
    t.equal(lanes[1]?.marks.at(-1)?.note, 'END_STREAM')
    t.equal(windows, undefined)
  },
)

t.test(
  'O2.7: a window begins with what the receiver granted, and counts from the beginning of the picture',
  async (t) => {
    const { lanes, windows } = lanesOf(frames(), {
      ...{ between: [2, 5], connectionLane: false },
      windows: [{ from: 'server', streamId: 1 }],
    })
    t.strictSame(
      lanes.map(({ label, marks }) => [label, marks.length]),
      [['stream 1 · Method', 3]],
    )
    t.strictSame(windows, [
      {
        label: 'stream 1: what the server may send',
        points: [
          [0, 100],
          [1, 0],
          [3, 100],
        ],
      },
    ])
  },
)
