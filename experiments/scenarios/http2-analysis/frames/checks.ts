// What must hold of the capture: every type is there, decoded, and two decoders agree.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { FRAME_TYPES, frameTypeName } from '../../../../testbed/http2/frame-types.ts'
import { measuredOf } from '../measured-of.ts'
import { countName, GRPC, PLAIN, TSHARK } from './ids.ts'
import { UNKNOWN_TYPE } from './plain-frames.ts'
import { TYPES } from './types.ts'

export function checks(results: Results): readonly Check[] {
  const [grpc, plain, both] = [GRPC, PLAIN, TSHARK].map((id) => measuredOf(results, id))
  const [sent, neverSent] = [true, false].map((byGrpc) =>
    FRAME_TYPES.filter((type) => TYPES[type].byGrpc === byGrpc),
  )
  return [
    check('O2.1', 'A gRPC connection has the eight frame types that gRPC uses, and all are decoded', [
      ...of(grpc, ({ figures }) => [
        ...(sent ?? []).map((type) => found(type, count(figures, type), (frames) => frames > 0)),
        { fact: `${figures.problems} frames cannot be decoded`, holds: figures.problems === 0 },
      ]),
    ]),
    check(
      'O2.1',
      'gRPC sends neither PRIORITY nor PUSH_PROMISE',
      of(grpc, ({ figures }) =>
        (neverSent ?? []).map((type) => found(type, count(figures, type), (frames) => frames === 0)),
      ),
    ),
    check('O2.1', 'In plain HTTP/2, a push, PRIORITY, padding and an unknown type are decoded', [
      ...of(plain, ({ figures }) => [
        ...[...(neverSent ?? []), frameTypeName(UNKNOWN_TYPE)].map((type) =>
          found(type, count(figures, type), (frames) => frames > 0),
        ),
        { fact: `${figures.padded} padded frames`, holds: (figures.padded ?? 0) > 0 },
        { fact: `${figures.problems} frames cannot be decoded`, holds: figures.problems === 0 },
      ]),
    ]),
    check('O2.1', 'tshark decodes the same frames from the capture file as our decoder', [
      ...of(both, ({ figures, texts }) => [
        {
          fact: `${figures['our frames']} frames by our decoder, ${figures['frames of tshark']} by tshark, ${figures.differences} differ${texts?.differences === undefined ? '' : `: ${texts.differences}`}`,
          holds: figures.differences === 0 && (figures['our frames'] ?? 0) > 0,
        },
      ]),
    ]),
  ]
}

const of = (measured: Measured | undefined, find: (measured: Measured) => Finding[]): Finding[] =>
  measured === undefined ? [] : find(measured)

/** Of both sides. */
export function count(figures: Measured['figures'], type: string): number {
  return (figures[countName('client', type)] ?? 0) + (figures[countName('server', type)] ?? 0)
}

const found = (type: string, frames: number, holds: (frames: number) => boolean): Finding => ({
  fact: `${type}: ${frames}`,
  holds: holds(frames),
})
