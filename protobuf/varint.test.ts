// Varints: every length, and what is not one.

import t from 'tap'
import { fc } from '../test/support/fast-check.ts'
import { readVarint, unzigzag } from './varint.ts'

/** The encoding of the specification, by hand. */
function encoded(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...encoded(value >> 7n)]
}

t.test('O1.2: any 64 bits are read back, with the number of their bytes', async () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
      const bytes = encoded(value)
      const read = readVarint(Uint8Array.from([0xff, ...bytes, 0xff]), 1, bytes.length + 1)
      return typeof read === 'object' && read.value === value && read.length === bytes.length
    }),
  )
})

t.test('O1.2: a varint that does not end, or that is too long, is named', async (t) => {
  t.equal(readVarint(Uint8Array.of(), 0, 0), 'ends where a varint must begin')
  t.equal(readVarint(Uint8Array.of(0x80, 0x80), 0, 2), 'ends in the middle of a varint')
  t.equal(
    readVarint(Uint8Array.of(0x96, 0x01), 0, 1),
    'ends in the middle of a varint',
    'bytes after the end do not count',
  )
  t.equal(readVarint(new Uint8Array(11).fill(0x80), 0, 11), 'has a varint of more than 10 bytes')
  t.match(
    readVarint(Uint8Array.from([...Array(9).fill(0x80), 1]), 0, 10),
    { length: 10, value: 2n ** 63n },
    'ten bytes are allowed',
  )
})

t.test('O1.2: zigzag maps small numbers of either sign to small ones', async (t) => {
  t.strictSame([0n, 1n, 2n, 3n, 2n ** 64n - 1n].map(unzigzag), [0n, -1n, 1n, -2n, -(2n ** 63n)])
})
