// Bytes of a number by its size, in each form that a schema can choose.

import { fromJson, toBinary } from '@bufbuild/protobuf'
import { SAMPLE } from './kinds.ts'

/** Lines of a chart: value and bytes, without the tag or the name. */
export type Growth = Readonly<Record<string, readonly (readonly [value: number, bytes: number])[]>>

const POWERS = Array.from({ length: 62 }, (_, power) => 2n ** BigInt(power))

/** A tag of one byte is left out. */
const bytesOf = (json: Parameters<typeof fromJson>[1]) => toBinary(SAMPLE, fromJson(SAMPLE, json)).length - 1

/** Of a tag and a length around `created`; its own tag is one byte too. */
const IN_ORDER = 2

export function growthOfNumbers(): Growth {
  const line = (bytes: (value: bigint) => number) =>
    POWERS.map((value): [number, number] => [Number(value), bytes(value)])
  return {
    '`int64`': line((value) => bytesOf({ large: String(value) })),
    '`fixed64`': line((value) => bytesOf({ orders: [{ created: String(value) }] }) - IN_ORDER),
    'digits of JSON': line((value) => String(value).length),
  }
}
