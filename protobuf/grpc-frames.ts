// Messages as gRPC sends them: each behind five bytes, a flag and a length.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and, for trailers in the body, PROTOCOL-WEB.md beside it.

import { gunzipSync, inflateSync } from 'node:zlib'
import { COMPRESSED, GRPC_PREFIX_BYTES, TRAILERS } from '../core/grpc-framing.ts'
import type { Span, WireProblem } from './field.ts'
import { leftText } from './scalar.ts'

/** A small input may be a bomb. */
const LARGEST = 64 * 1024 * 1024

export interface GrpcFrame extends Span {
  /** How many bytes follow its head, as the head says. */
  readonly said: number
  readonly isCompressed: boolean
  readonly isTrailers: boolean
  /** The message, unpacked; as far as it is there. Undefined if it cannot be unpacked. */
  readonly content: Uint8Array | undefined
  /** Where the content begins in the input. */
  readonly contentAt: number
}

export interface GrpcFrames {
  readonly frames: readonly GrpcFrame[]
  readonly problems: readonly WireProblem[]
}

/**
 * Whether the bytes begin with a gRPC frame. No message does: 0x00, 0x01, and 0x80 or 0x81 before 0x00 would be the tag of a
 * field with the number 0.
 */
export function isGrpcFrame(bytes: Uint8Array): boolean {
  const [flag = -1, next] = bytes
  if (bytes.length < GRPC_PREFIX_BYTES) return false
  return flag === 0 || flag === COMPRESSED || ((flag & ~COMPRESSED) === TRAILERS && next === 0)
}

/** All frames, up to the first that cannot be one. Never throws. */
export function readGrpcFrames(bytes: Uint8Array): GrpcFrames {
  const frames: GrpcFrame[] = []
  const problems: WireProblem[] = []
  for (let at = 0; at < bytes.length; ) {
    const wrong = headProblem(bytes, at)
    if (wrong !== undefined) {
      problems.push({ at, message: wrong })
      break
    }
    const said = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(1)
    const from = at + GRPC_PREFIX_BYTES
    const there = Math.min(said, bytes.length - from)
    if (there < said) {
      const message = `the frame says that ${said} bytes follow, and ${leftText(there)}`
      problems.push({ at: at + 1, message })
    }
    const flag = bytes[at] ?? 0
    const isCompressed = (flag & COMPRESSED) !== 0
    const sent = bytes.subarray(from, from + there)
    const content = isCompressed ? unpack(sent) : sent
    if (content === undefined) {
      const message =
        'the frame is compressed, but neither by gzip nor by deflate: see grpc-encoding of its call'
      problems.push({ at: from, message })
    }
    frames.push({
      ...{ at, length: GRPC_PREFIX_BYTES + there, said, contentAt: from },
      ...{ isCompressed, isTrailers: (flag & TRAILERS) !== 0, content },
    })
    at = from + there
  }
  return { frames, problems }
}

function headProblem(bytes: Uint8Array, at: number): string | undefined {
  const flag = bytes[at] ?? 0
  if ((flag & ~(COMPRESSED | TRAILERS)) !== 0) {
    return `a frame begins with 00, 01, 80 or 81, not ${flag.toString(16).padStart(2, '0')}`
  }
  const left = bytes.length - at
  return left < GRPC_PREFIX_BYTES
    ? `a frame begins with ${GRPC_PREFIX_BYTES} bytes, and ${leftText(left)}`
    : undefined
}

function unpack(sent: Uint8Array): Uint8Array | undefined {
  for (const unpacked of [gunzipSync, inflateSync]) {
    try {
      return unpacked(sent, { maxOutputLength: LARGEST })
    } catch {
      // The next, or none.
    }
  }
  return undefined
}
