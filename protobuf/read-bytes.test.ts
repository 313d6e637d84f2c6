// What a person pastes, and what is wrong with it.

import t from 'tap'
import { type BytesFormat, readBytes } from './read-bytes.ts'

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const WRITTEN: readonly (readonly [string, string, string])[] = [
  ['08 96 01', 'hex', '089601'],
  ['08:96:01', 'hex', '089601'],
  ['0x08, 0x96, 0x01', 'hex', '089601'],
  ['\\x08\\x96\\x01', 'hex', '089601'],
  ['08960A', 'hex', '08960a'],
  ['', 'hex', ''],
  ['CJYB', 'base64', '089601'],
  ['CJY=', 'base64', '0896'],
  ['CJY', 'base64', '0896'],
  ['-_8=', 'base64', 'fbff'],
  // gRPC-Web's text format: one base64 text behind another.
  ['CJY=AQ==', 'base64', '089601'],
]

for (const [text, format, bytes] of WRITTEN) {
  t.test(`O1.2: "${text}" is ${format}, unless something else is wanted`, async (t) => {
    const read = readBytes(text)
    t.match({ ...read, bytes: hexOf(read.bytes) }, { format, bytes, problems: [] })
  })
}

t.test('O1.2: a file may have bytes, or text that says them', async (t) => {
  const formatOf = (text: string, format?: BytesFormat) =>
    readBytes(Buffer.from(text, 'latin1'), format).format
  t.equal(formatOf('\x08\x96\x01'), 'raw')
  t.equal(formatOf('\n\x05hello'), 'raw')
  t.equal(formatOf('0896 01\n'), 'hex')
  t.equal(formatOf('CJYB\n'), 'base64')
  t.equal(formatOf('0896', 'raw'), 'raw')
  t.equal(hexOf(readBytes(Buffer.from('0896'), 'raw').bytes), '30383936')
})

t.test('O1.2: every wrong character is named with its place', async (t) => {
  t.strictSame(readBytes('08 9g 0', 'hex').problems, [{ at: 4, message: '"g" is not a hex digit' }])
  t.strictSame(readBytes('08 9', 'hex').problems, [
    { at: 4, message: 'an odd number of hex digits (3): a byte has two, so one is missing' },
  ])
  t.strictSame(
    readBytes('CJ*B!', 'base64').problems.map(({ at }) => at),
    [2, 4],
  )
  t.match(readBytes('CJYBC', 'base64').problems, [{ at: 5, message: /^base64 cannot have 5 characters/ }])
})
