// Both directions of a connection: how it begins, header blocks over several frames, messages, and what is malformed.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { ConnectionReader, PREFACE } from './connection-reader.ts'
import { encodeFrame } from './encode-frame.ts'

const END_HEADERS = 4
/** `:path /a`, without a table. */
const PATH = '04 02 2f61'
/** `content-type: application/grpc`, without a table: 31 is its name in the static table. */
const GRPC = Buffer.concat([Buffer.from([0x0f, 0x10, 16]), Buffer.from('application/grpc')])

function begun() {
  const reader = new ConnectionReader()
  reader.push('client', PREFACE, 0)
  return reader
}

/** Frames of the client after its preface, with their problem, or with the names of their fields. */
function seen(...frames: readonly Buffer[]) {
  return begun()
    .push('client', Buffer.concat(frames), 1)
    .map(({ problem, block }) => problem ?? block?.fields.map(({ name, value }) => `${name} ${value}`))
}

const BEGINS = {
  h2: PREFACE,
  'http/1.1': Buffer.from('GET / HTTP/1.1\r\n'),
  tls: Buffer.from([0x16, 3, 1, 0, 5]),
  unknown: Buffer.from([0, 1, 2]),
} as const

for (const [protocol, bytes] of Object.entries(BEGINS)) {
  t.test(`O2.1: a connection is ${protocol} by its first bytes, also if they come one by one`, async (t) => {
    const reader = new ConnectionReader()
    for (const byte of bytes) reader.push('client', Buffer.from([byte]), 0)
    t.equal(reader.protocol, protocol)
  })
}

t.test('O2.8: after an upgrade, frames of both sides are decoded', async (t) => {
  const reader = new ConnectionReader()
  reader.push('client', Buffer.from('GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n'), 0)
  t.equal(reader.protocol, 'http/1.1')
  reader.push('server', Buffer.from('HTTP/1.1 101 Switching'), 1)
  reader.push('server', Buffer.concat([Buffer.from(' Protocols\r\n\r\n'), encodeFrame('SETTINGS', 0, 0)]), 2)
  reader.push('client', Buffer.concat([PREFACE, encodeFrame('SETTINGS', 1, 0)]), 3)
  t.equal(reader.protocol, 'h2 after upgrade')
  t.strictSame(
    reader.frames.map(({ from, atMs }) => `${from} ${atMs}`),
    ['server 2', 'client 3'],
  )
})

t.test('O2.1: a header block over several frames is that of the last one', async (t) => {
  const [begin, end] = [PATH.slice(0, 5), PATH.slice(5)]
  t.strictSame(seen(encodeFrame('HEADERS', 0, 1, begin), encodeFrame('CONTINUATION', END_HEADERS, 1, end)), [
    undefined,
    [':path /a'],
  ])
})

t.test(
  'O2.1: malformed: a header block that another frame interrupts, and everything after it',
  async (t) => {
    const problems = seen(
      encodeFrame('HEADERS', 0, 1, PATH),
      encodeFrame('PING', 0, 0, '0102030405060708'),
      encodeFrame('HEADERS', END_HEADERS, 3, PATH),
    )
    t.match(problems, [
      undefined,
      'PING within the header block of stream 1 (PROTOCOL_ERROR)',
      /an earlier header block could not be decoded: the header block of stream 1 was cut off/,
    ])
  },
)

t.test('O2.1: malformed: CONTINUATION without a block, and a block that is no HPACK', async (t) => {
  t.match(seen(encodeFrame('CONTINUATION', END_HEADERS, 1, PATH)), [/CONTINUATION without a header block/])
  t.match(seen(encodeFrame('HEADERS', END_HEADERS, 1, '80'), encodeFrame('HEADERS', END_HEADERS, 3, PATH)), [
    /header block: a field has index 0.*\(COMPRESSION_ERROR\)/,
    /an earlier header block could not be decoded/,
  ])
})

t.test('O2.1: gRPC messages are put together from DATA frames; other streams have none', async (t) => {
  const reader = begun()
  const frames = [
    encodeFrame('HEADERS', END_HEADERS, 1, GRPC),
    encodeFrame('DATA', 0, 1, '00 00000003 aa'),
    encodeFrame('DATA', 0, 1, 'bbcc 01 00000000'),
    encodeFrame('HEADERS', END_HEADERS, 3, PATH),
    encodeFrame('DATA', 0, 3, '00 00000000'),
  ]
  const messages = reader.push('client', Buffer.concat(frames), 1).map((one) => one.messages)
  t.strictSame(
    messages.map((some) => some?.map(({ compressed, bytes }) => `${compressed} ${bytes.toString('hex')}`)),
    [undefined, [], ['false aabbcc', 'true '], undefined, undefined],
  )
})

t.test('O2.1: malformed: DATA of a gRPC stream that has no message', async (t) => {
  const frames = [encodeFrame('HEADERS', END_HEADERS, 1, GRPC), encodeFrame('DATA', 0, 1, '07 00000000')]
  t.match(seen(...frames)[1], 'a message begins with 7, not with 0 or 1: this is not gRPC')
})

t.test('O2.1: random bytes after the preface never crash it', async () => {
  const chunks = fc.array(
    fc.tuple(fc.constantFrom('client' as const, 'server' as const), fc.uint8Array({ maxLength: 80 })),
  )
  fc.assert(
    fc.property(chunks, (all) => {
      const reader = begun()
      for (const [from, bytes] of all) reader.push(from, Buffer.from(bytes), 0)
    }),
    { numRuns: 1_000 },
  )
})
