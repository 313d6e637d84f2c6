// Bytes of each kind of message as protobuf and as JSON, as they are and through gzip.

import { gzipSync } from 'node:zlib'
import { toBinary } from '@bufbuild/protobuf'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import { growthOfNumbers } from './growth.ts'
import { KINDS, messageOf, SAMPLE } from './kinds.ts'

export const SIZES = ['protobuf', 'JSON', 'protobuf, gzip', 'JSON, gzip'] as const

export const sizeFigure = (kind: string, what: (typeof SIZES)[number]) => `${kind}, ${what} (bytes)`

/** Of the run `wire.sizes`, with `texts.growth`. gzip has its default level, 6, as grpc-js uses it. */
export function measureSizes(): Measured {
  const figures = KINDS.flatMap((kind) => {
    const binary = toBinary(SAMPLE, messageOf(kind))
    const json = Buffer.from(JSON.stringify(kind.json))
    const sizes = [binary, json, gzipSync(binary), gzipSync(json)]
    return SIZES.map((what, index) => [sizeFigure(kind.id, what), sizes[index]?.length ?? 0])
  })
  return facts({
    figures: Object.fromEntries(figures),
    texts: { growth: JSON.stringify(growthOfNumbers()) },
  })
}
