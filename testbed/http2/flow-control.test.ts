// Windows and stalls by the arithmetic of RFC 9113, section 5.2, on frames written by hand.

import t from 'tap'
import { ConnectionReader, PREFACE } from './connection-reader.ts'
import { encodeFrame } from './encode-frame.ts'
import { flowControlOf } from './flow-control.ts'

const bytes32 = (value: number) => value.toString(16).padStart(8, '0')
const settings = (window: number) => encodeFrame('SETTINGS', 0, 0, `0004${bytes32(window)}`)
const update = (streamId: number, by: number) => encodeFrame('WINDOW_UPDATE', 0, streamId, bytes32(by))
const data = (streamId: number, length: number) => encodeFrame('DATA', 0, streamId, Buffer.alloc(length))

/** Frames of a connection, one each millisecond. */
function framesOf(...sent: readonly (readonly ['client' | 'server', Buffer])[]) {
  const reader = new ConnectionReader()
  reader.push('client', PREFACE, 0)
  sent.forEach(([from, bytes], index) => void reader.push(from, bytes, index + 1))
  return reader.frames
}

t.test('O2.7: DATA takes from the windows of stream and connection, and WINDOW_UPDATE gives', async (t) => {
  const { server } = flowControlOf(
    framesOf(['server', data(1, 1000)], ['client', update(1, 300)], ['client', update(0, 200)]),
  )
  t.strictSame(server.byStream.get(1), [
    { atMs: 1, bytes: 64_535 },
    { atMs: 2, bytes: 64_835 },
  ])
  t.strictSame(server.byStream.get(0), [
    { atMs: 1, bytes: 64_535 },
    { atMs: 3, bytes: 64_735 },
  ])
  t.strictSame(server.stalls, [])
})

t.test('O2.7: an empty window is a stall once DATA follows, by its stream', async (t) => {
  const frames = framesOf(
    ['client', settings(100)],
    ['server', data(1, 100)],
    ['server', data(3, 100)],
    ['client', update(1, 50)],
    ['client', update(3, 50)],
    ['server', data(1, 10)],
  )
  const { server, client } = flowControlOf(frames)
  t.strictSame(server.stalls, [{ from: 'server', streamId: 1, beginMs: 2, endMs: 4 }])
  t.equal(server.initial, 100)
  t.strictSame(client.stalls, [])
})

t.test('O2.7: the connection has a window of its own, which SETTINGS do not change', async (t) => {
  const frames = framesOf(
    ['client', settings(1_000_000)],
    ['server', data(1, 65_535)],
    ['client', update(0, 1)],
    ['server', data(1, 1)],
  )
  const { server } = flowControlOf(frames)
  t.strictSame(server.stalls, [{ from: 'server', streamId: 0, beginMs: 2, endMs: 3 }])
})

t.test('O2.7: smaller SETTINGS make the windows of open streams negative', async (t) => {
  const { server } = flowControlOf(framesOf(['server', data(1, 60_000)], ['client', settings(1000)]))
  t.equal(server.byStream.get(1)?.at(-1)?.bytes, 1000 - 60_000)
  t.equal(server.byStream.get(0)?.at(-1)?.bytes, 5_535)
})
