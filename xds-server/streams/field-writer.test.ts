// The writer of a response's own fields: whatever it writes, protobuf-es reads.

import { BinaryReader } from '@bufbuild/protobuf/wire'
import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { FieldWriter } from './field-writer.ts'

const fields = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 3_000 }), fc.string({ unit: 'binary', maxLength: 3_000, size: 'max' })),
  { maxLength: 20 },
)

t.test('it writes fields as protobuf-es reads them, one message after the other', async (t) => {
  const writer = new FieldWriter()
  const check = (written: readonly (readonly [number, string])[], shared: Uint8Array) => {
    for (const [index, [field, text]] of written.entries()) {
      if (index % 2 === 0) writer.string(field, text)
      else writer.bytes(field, Buffer.from(text))
    }
    const message = writer.finish(shared)
    const reader = new BinaryReader(message)
    const read = written.map(() => [reader.tag()[0], Buffer.from(reader.bytes()).toString()])
    t.strictSame(
      read,
      written.map(([field, text]) => [field, Buffer.from(text).toString()]),
    )
    t.ok(message.subarray(reader.pos).equals(shared), 'the shared part follows')
  }
  fc.assert(fc.property(fields, fc.uint8Array({ maxLength: 100 }), check))
})

t.test('what it takes out is there until the next field, also after a large message', async (t) => {
  const writer = new FieldWriter()
  for (const size of [10, 1_000_000, 10]) {
    const bytes = Buffer.alloc(size, 7)
    writer.bytes(1, bytes)
    t.ok(bytes.equals(new BinaryReader(writer.take().subarray(1)).bytes()), `${size} bytes`)
  }
})

t.test('a message that outgrows the buffer keeps what was written before', async (t) => {
  for (const size of [1_000, 1_004, 1_005, 1_006, 1_007, 1_008, 5_000]) {
    const writer = new FieldWriter()
    const bytes = Buffer.alloc(size, 7)
    writer.string(1, 'first')
    writer.bytes(2, bytes)
    writer.string(3, 'last')
    const reader = new BinaryReader(writer.finish(new Uint8Array()))
    t.strictSame([reader.tag()[0], reader.string()], [1, 'first'], `${size} bytes`)
    t.strictSame([reader.tag()[0], bytes.equals(reader.bytes())], [2, true])
    t.strictSame([reader.tag()[0], reader.string()], [3, 'last'])
  }
})

t.test('the memory of a large message is given back, and that of a smaller one is used again', async (t) => {
  const writer = new FieldWriter()
  const memoryAfter = (size: number) => {
    writer.bytes(1, Buffer.alloc(size))
    writer.take()
    writer.string(1, 'next')
    return writer.take().buffer
  }
  const [first, second] = [memoryAfter(100_000), memoryAfter(100_000)]
  t.ok(first === second && first.byteLength >= 100_000)
  t.ok(memoryAfter(1_000_000).byteLength < 100_000)
})

t.test('texts of ASCII, short and long, and with another character at their end', async (t) => {
  const writer = new FieldWriter()
  for (const size of [0, 1, 63, 64, 65, 200, 2_000]) {
    for (const text of ['a'.repeat(size), `${'\u007f'.repeat(size)}\u0080`, `${'z'.repeat(size)}\u{1f600}`]) {
      writer.string(1, text)
      writer.string(2, 'after')
      const reader = new BinaryReader(writer.finish(new Uint8Array()))
      t.strictSame([reader.tag()[0], reader.string()], [1, text], `${size} characters`)
      t.strictSame([reader.tag()[0], reader.string()], [2, 'after'])
    }
  }
})
