// The examples of RFC 7541, appendix C, and blocks that are malformed.

import t from 'tap'
import { fc } from '../../../test/support/fast-check.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import { decodeHuffman } from './huffman.ts'

const block = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')
const linesOf = (decoder: HpackDecoder, hex: string) =>
  decoder.decode(block(hex)).fields.map(({ name, value }) => `${name}: ${value}`)

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ],
]

/** Appendix C.3 and C.4: the same requests without and with Huffman code. */
const EXAMPLES = {
  'C.3, without Huffman code': [
    '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
    '8286 84be 5808 6e6f 2d63 6163 6865',
    '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
  ],
  'C.4, with Huffman code': [
    '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
    '8286 84be 5886 a8eb 1064 9cbf',
    '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
  ],
}

for (const [name, blocks] of Object.entries(EXAMPLES)) {
  t.test(`O2.5: the requests of RFC 7541, ${name}, are decoded one after the other`, async (t) => {
    const decoder = new HpackDecoder()
    blocks.forEach((hex, index) => void t.strictSame(linesOf(decoder, hex), REQUESTS[index]))
    t.match(decoder.decode(Buffer.alloc(0)).table, {
      entries: 3,
      bytes: 164,
    })
  })
}

t.test('O2.5: a table of 256 bytes evicts its oldest entries: RFC 7541, C.6', async (t) => {
  const decoder = new HpackDecoder()
  // C.6 sets the size by SETTINGS; here the block itself begins with it.
  const first = `3fe101
    4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad
    1718 63c7 8f0b 97c8 e9ae 82ae 43d3`
  const { tableSizes, table } = decoder.decode(block(first))
  t.strictSame(tableSizes, [256])
  t.strictSame(table, { entries: 4, bytes: 222 })
  t.strictSame(linesOf(decoder, '4883 640e ffc1 c0bf'), [
    ':status: 307',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ])
  t.strictSame(decoder.decode(Buffer.alloc(0)).table, {
    entries: 4,
    bytes: 222,
  })
})

t.test('O2.5: each field says how it was written, and in how many bytes', async (t) => {
  const { fields, bytes, plainBytes } = new HpackDecoder().decode(
    block(
      '82 400a637573746f6d2d6b65790d637573746f6d2d686561646572 040c2f73616d706c652f70617468 100870617373776f726406736563726574',
    ),
  )
  t.match(fields, [
    { name: ':method', representation: 'indexed', index: 2, bytes: 1 },
    {
      name: 'custom-key',
      representation: 'added',
      index: 0,
      bytes: 26,
      huffman: false,
    },
    {
      name: ':path',
      value: '/sample/path',
      representation: 'not added',
      index: 4,
      bytes: 14,
    },
    {
      name: 'password',
      representation: 'never indexed',
      index: 0,
      bytes: 17,
    },
  ])
  t.equal(bytes, 58)
  t.equal(plainBytes, 14 + 27 + 21 + 18)
})

const MALFORMED = {
  'index 0, which no entry has': ['80', /index 0, but the tables have entries 1 to 61/],
  'an index beyond the tables': ['be', /index 62, but the tables have entries 1 to 61/],
  'a string longer than the block': ['400a6375', /a string has 10 bytes, but the block has only 2/],
  'an end within a field': ['41', /ends within a field/],
  'an integer that is too long': ['ffffffffffffffff', /more than 32 bits/],
  'Huffman code that ends too early': ['4181 00', /ends in the middle of a Huffman code/],
  'the end of a string within Huffman code': ['4184 ffffffff', /end of a string within its Huffman code/],
} as const

for (const [name, [hex, message]] of Object.entries(MALFORMED)) {
  t.test(`O2.5: a block with ${name} is an error that says so`, async (t) => {
    t.throws(() => new HpackDecoder().decode(block(hex)), { message })
  })
}

t.test('O2.5: whatever a block has in it, it is decoded or an error with a message of ours', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        return new HpackDecoder().decode(Buffer.from(bytes)).bytes === bytes.length
      } catch (thrown) {
        return thrown instanceof Error && thrown.constructor === Error
      }
    }),
    { numRuns: 3_000 },
  )
})

t.test('Huffman code of RFC 7541, C.4.1', async (t) => {
  t.equal(decodeHuffman(block('f1e3c2e5f23a6ba0ab90f4ff')).toString(), 'www.example.com')
})
