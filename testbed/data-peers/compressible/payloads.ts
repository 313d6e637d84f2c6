// Payloads of several kinds and of any size, the same in each run.

import { gzipSync } from 'node:zlib'
import { seededRandom } from '../../../core/seeded-random.ts'

export const KINDS = {
  text: 'text like JSON',
  numbers: 'protobuf of numbers',
  random: 'random bytes',
  compressed: 'compressed bytes',
  repeated: 'one byte, repeated',
} as const
export type Kind = keyof typeof KINDS
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[]

const WORDS = ['order', 'customer', 'pending', 'shipped', 'Berlin', 'Lisbon', 'express', 'standard', 'paid']
const SEED = 20_261_129

const MAKERS: Readonly<Record<Kind, (bytes: number) => Buffer>> = {
  text: textOf,
  numbers: numbersOf,
  random: randomOf,
  // What a picture or an archive is like: gzip's own output, cut to size.
  compressed: (bytes) => gzipSync(textOf(8 * bytes + 4_096)).subarray(0, bytes),
  repeated: (bytes) => Buffer.alloc(bytes, 'a'),
}

const made = new Map<string, Buffer>()

/** Made once. */
export function payloadOf(kind: Kind, bytes: number): Buffer {
  const key = `${kind} ${bytes}`
  const payload = made.get(key) ?? MAKERS[kind](bytes)
  made.set(key, payload)
  return payload
}

function textOf(bytes: number): Buffer {
  const random = seededRandom(SEED)
  const records: string[] = []
  for (let length = 0, id = 1; length < bytes; id += 1) {
    const word = () => WORDS[Math.floor(random() * WORDS.length)]
    const record = JSON.stringify({
      ...{
        id,
        state: word(),
        city: word(),
        cents: Math.floor(random() * 100_000),
        note: `${word()} ${word()}`,
      },
      at: new Date(1_764_000_000_000 + Math.floor(random() * 1e9)).toISOString(),
    })
    records.push(record)
    length += record.length + 1
  }
  return Buffer.from(records.join('\n')).subarray(0, bytes)
}

/** Packed sint64 as protobuf writes them: a series that wanders, such as measurements in whole units. */
function numbersOf(bytes: number): Buffer {
  const random = seededRandom(SEED)
  const buffer = Buffer.alloc(bytes)
  let value = 1_000_000
  for (let at = 0; at < bytes; ) {
    value = Math.abs(value + Math.floor((random() - 0.5) * 10_000))
    let rest = 2 * value
    while (rest >= 0x80 && at < bytes - 1) {
      buffer[at] = (rest & 0x7f) | 0x80
      at += 1
      rest >>>= 7
    }
    buffer[at] = rest & 0x7f
    at += 1
  }
  return buffer
}

function randomOf(bytes: number): Buffer {
  const random = seededRandom(SEED)
  return Buffer.from(Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)))
}
