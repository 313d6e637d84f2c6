// Time to encode and to decode each kind of message: protobuf and JSON take turns, so that a busy machine slows both.

import { fromBinary, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf'
import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import { KINDS, type Kind, messageOf, SAMPLE } from './kinds.ts'

/** protobuf-es, `JSON.stringify` and `JSON.parse` of a plain object, and protobuf-es's own JSON, which knows the schema. */
export const CODECS = ['protobuf', 'JSON', 'proto3 JSON'] as const
export type Codec = (typeof CODECS)[number]
export type Way = 'encode' | 'decode'

export const timeFigure = (kind: string, codec: Codec, way: Way) => `${kind}, ${way} ${codec} (µs)`

/** Milliseconds of a batch, and how many batches each has. */
const EXTENTS: Readonly<Record<ProfileName, { readonly batchMs: number; readonly batches: number }>> = {
  quick: { batchMs: 1, batches: 7 },
  standard: { batchMs: 5, batches: 15 },
  full: { batchMs: 20, batches: 31 },
}

interface Contestant {
  readonly figure: string
  readonly run: () => unknown
  /** Calls that take about as long as a batch. */
  readonly calls: number
  /** Microseconds a call, by batch. */
  readonly times: number[]
}

/** Of the run `wire.times`: medians over the batches. */
export function measureTimes(profile: ProfileName): Measured {
  const { batchMs, batches } = EXTENTS[profile]
  const figures: Record<string, number> = {}
  for (const kind of KINDS) {
    const contestants = contestantsOf(kind).map(([figure, run]): Contestant => {
      return { figure, run, calls: calibrate(run, batchMs), times: [] }
    })
    for (let batch = 0; batch < batches; batch += 1) {
      for (const { run, calls, times } of contestants) times.push((1000 * timed(run, calls)) / calls)
    }
    for (const { figure, times } of contestants) {
      figures[figure] = times.toSorted((a, b) => a - b)[batches >> 1] ?? 0
    }
  }
  return facts({ figures })
}

function contestantsOf(kind: Kind): readonly (readonly [string, () => unknown])[] {
  const { json: plain, converts } = kind
  const message = messageOf(kind)
  const [binary, text, proto] = [
    toBinary(SAMPLE, message),
    JSON.stringify(plain),
    toJsonString(SAMPLE, message),
  ]
  const encoders: Readonly<Record<Codec, () => unknown>> = {
    protobuf: () => toBinary(SAMPLE, message),
    JSON: () => Buffer.from(JSON.stringify(converts?.to() ?? plain)),
    'proto3 JSON': () => Buffer.from(toJsonString(SAMPLE, message)),
  }
  const [textBytes, protoBytes] = [Buffer.from(text), Buffer.from(proto)]
  const decoders: Readonly<Record<Codec, () => unknown>> = {
    protobuf: () => fromBinary(SAMPLE, binary),
    JSON: () => {
      const parsed = JSON.parse(textBytes.toString())
      return converts?.from(parsed) ?? parsed
    },
    'proto3 JSON': () => fromJsonString(SAMPLE, protoBytes.toString()),
  }
  return CODECS.flatMap((codec) => [
    [timeFigure(kind.id, codec, 'encode'), encoders[codec]] as const,
    [timeFigure(kind.id, codec, 'decode'), decoders[codec]] as const,
  ])
}

/** Also warms up: it doubles the calls until they take long enough to be timed. */
function calibrate(run: () => unknown, batchMs: number): number {
  for (let calls = 16; ; calls *= 2) {
    const took = timed(run, calls)
    if (took >= batchMs / 2) return Math.max(1, Math.round((calls * batchMs) / took))
  }
}

/** What is returned is kept, or the compiler could leave out the work. */
const kept: unknown[] = []

/** Milliseconds. */
function timed(run: () => unknown, calls: number): number {
  const begun = performance.now()
  for (let call = 0; call < calls; call += 1) kept[0] = run()
  return performance.now() - begun
}
