// The messages whose cost is measured, each with one kind of field.

import { fileURLToPath } from 'node:url'
import { type DescMessage, fromJson, type JsonObject, type Message } from '@bufbuild/protobuf'
import { loadSchema, requireMessage } from '../../../../protobuf/load-schema.ts'

export const SCHEMA_FOLDER = fileURLToPath(new URL('schema', import.meta.url))
export const TYPE = 'wire.v1.Sample'

export interface Kind {
  readonly id: string
  /** For people. `code` only. */
  readonly title: string
  /** proto3 JSON. */
  readonly json: JsonObject
  /** What a program has of its JSON besides: how it makes it of its own values, and back. */
  readonly converts?: { readonly to: () => JsonObject; readonly from: (parsed: JsonObject) => unknown }
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** Looks random, and is the same in each run: bytes of a linear congruential generator. */
function noise(length: number): Buffer {
  let state = 1
  return Buffer.from(
    many(length, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    }),
  )
}

const WORDS =
  'The quick brown fox jumps over the lazy dog and runs on through the fields until the evening comes. '

const nested = (depth: number): JsonObject => ({
  value: depth,
  ...(depth > 1 && { next: nested(depth - 1) }),
})

const order = (index: number): JsonObject => ({
  id: `order-${1000 + index}`,
  customer: ['Ada', 'Grace', 'Edsger', 'Barbara'][index % 4] ?? '',
  quantity: 1 + (index % 7),
  priceCents: String(995 + 250 * (index % 40)),
  created: String(1_760_000_000 + 97 * index),
  shipped: index % 3 === 0,
})

const NOISE = noise(1000)
/** One more than a number of JavaScript has digits for, so JSON sends it as text. */
const HUGE = 2n ** 53n + 1n

export const KINDS: readonly Kind[] = [
  { id: 'small', title: 'small number: `int32` 7', json: { number: 7 } },
  { id: 'larger', title: 'larger number: `int32` 2,000,000,000', json: { number: 2_000_000_000 } },
  {
    id: 'huge',
    title: 'huge number: `int64` 2⁵³ + 1',
    json: { large: '9007199254740993' },
    converts: { to: () => ({ large: String(HUGE) }), from: ({ large }) => BigInt(String(large)) },
  },
  { id: 'negative-int32', title: 'negative: `int32` -3', json: { delta: -3 } },
  { id: 'negative-sint32', title: 'negative: `sint32` -3', json: { zigzag: -3 } },
  { id: 'negative-sfixed32', title: 'negative: `sfixed32` -3', json: { fixed: -3 } },
  { id: 'double', title: '`double` 0.1', json: { ratio: 0.1 } },
  { id: 'bool', title: '`bool` true', json: { flag: true } },
  { id: 'enum', title: '`enum` COLOR_GREEN', json: { color: 'COLOR_GREEN' } },
  { id: 'text', title: '`string` of 1,000 letters', json: { text: WORDS.repeat(10) } },
  {
    id: 'blob',
    title: '`bytes`, 1,000 random ones',
    json: { blob: NOISE.toString('base64') },
    converts: {
      to: () => ({ blob: NOISE.toString('base64') }),
      from: ({ blob }) => Buffer.from(String(blob), 'base64'),
    },
  },
  { id: 'packed', title: '100 small numbers, packed', json: { packed: many(100, (index) => index) } },
  { id: 'unpacked', title: '100 small numbers, not packed', json: { unpacked: many(100, (index) => index) } },
  {
    id: 'map',
    title: '`map<string, int32>` of 20',
    json: {
      counts: Object.fromEntries(many(20, (index) => [`key-${String(index).padStart(2, '0')}`, index + 1])),
    },
  },
  { id: 'nested', title: '10 messages, one in another', json: { node: nested(10) } },
  { id: 'orders', title: 'a list of 100 orders', json: { orders: many(100, order) } },
]

export const SAMPLE: DescMessage = requireMessage(loadSchema(SCHEMA_FOLDER), TYPE)

export const messageOf = ({ json }: Pick<Kind, 'json'>): Message => fromJson(SAMPLE, json)
