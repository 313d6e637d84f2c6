// Messages and frames taken apart, for the viewers of the report.

import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf'
import { facts } from '../../../../harness/facts.ts'
import type { BytesMessage } from '../../../../harness/report/section.ts'
import type { Measured } from '../../../../harness/results.ts'
import { type Block, decodeInput } from '../../../../protobuf/decode-input.ts'
import { messageType } from '../../../../protobuf/expected.ts'
import { SAMPLE } from './kinds.ts'
import { sentBytes } from './sent-bytes.ts'

/** Small, so that a reader can follow each byte. */
const MESSAGES: Readonly<Record<string, JsonObject>> = {
  'numbers: 7, and 300 in two bytes': { number: 7, orders: [{ quantity: 300 }] },
  '-3 as int32, as sint32 and as sfixed32': { delta: -3, zigzag: -3, fixed: -3 },
  'text, an enum, a bool and a double': { ratio: 0.1, flag: true, color: 'COLOR_GREEN', text: 'grün' },
  '1, 2 and 300: packed, and each with its tag': { packed: [1, 2, 300], unpacked: [1, 2, 300] },
  'a map of two, and a message in a message': {
    counts: { a: 1, b: 2 },
    node: { value: 1, next: { value: 2 } },
  },
}

export interface Apart {
  readonly messages: readonly BytesMessage[]
  readonly frames: readonly BytesMessage[]
  /** Of all of them; empty if each byte was understood. */
  readonly problems: readonly string[]
}

/** Of the run `wire.apart`, in `texts.apart`. */
export async function measureApart(): Promise<Measured> {
  const type = messageType(SAMPLE)
  const problems: string[] = []
  const takeApart = (bytes: Uint8Array, label?: string) => {
    const { blocks, problems: found } = decodeInput(bytes, type)
    problems.push(...found.map(({ path, message }) => `${label}, ${path}: ${message}`))
    return blocks.map((block) => viewOf(block, label))
  }
  const messages = Object.entries(MESSAGES).flatMap(([label, json]) =>
    takeApart(toBinary(SAMPLE, fromJson(SAMPLE, json)), label),
  )
  const text = toBinary(SAMPLE, fromJson(SAMPLE, { text: 'again and again and again and again' }))
  const [plain, packed] = [await sentBytes(text, false), await sentBytes(text, true)]
  const frames = [plain, packed].flatMap(({ bytes, encoding }) =>
    takeApart(bytes).map((view) => ({ ...view, label: `grpc-encoding: ${encoding}, ${view.label}` })),
  )
  return facts({ texts: { apart: JSON.stringify({ messages, frames, problems } satisfies Apart) } })
}

const viewOf = ({ title, bytes, pieces }: Block, label = title): BytesMessage => ({
  label,
  hex: Buffer.from(bytes).toString('hex'),
  pieces: [...pieces],
})
