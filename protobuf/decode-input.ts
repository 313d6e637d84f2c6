// Takes apart what somebody has: a message, or gRPC frames with messages in them.

import type { Problem } from '../core/errors.ts'
import { decodeMessage } from './decode-message.ts'
import type { MessageType } from './expected.ts'
import type { WireProblem } from './field.ts'
import { type GrpcFrame, isGrpcFrame, readGrpcFrames } from './grpc-frames.ts'
import { type Piece, piecesOf } from './pieces.ts'
import { countBytes, utf8 } from './scalar.ts'

/** Bytes that are shown together. */
export interface Block {
  /** Such as `frame 1: a message of 5 bytes`. */
  readonly title: string
  readonly bytes: Uint8Array
  /** Where the bytes begin in the input; 0 for what was unpacked from it. */
  readonly offset: number
  /** Their places count from the first of these bytes. */
  readonly pieces: readonly Piece[]
}

export interface DecodedInput {
  readonly blocks: readonly Block[]
  /** All of them. Paths are such as `byte 12`. */
  readonly problems: readonly Problem[]
}

/** Never throws. @param type of the message, or of each message if they are in frames */
export function decodeInput(bytes: Uint8Array, type?: MessageType): DecodedInput {
  if (isGrpcFrame(bytes)) return decodeFrames(bytes, type)
  const { fields, problems } = decodeMessage(bytes, type)
  const pieces = piecesOf(fields, { at: 0, length: bytes.length })
  const title = `a message of ${countBytes(bytes.length)}`
  return { blocks: [{ title, bytes, offset: 0, pieces }], problems: problems.map(placed(0)) }
}

function decodeFrames(bytes: Uint8Array, type: MessageType | undefined): DecodedInput {
  const { frames, problems } = readGrpcFrames(bytes)
  const decoded = frames.map((frame, index) => decodeFrame(bytes, frame, `frame ${index + 1}`, type))
  const last = frames.at(-1)
  const read = last === undefined ? 0 : last.at + last.length
  const rest = bytes.subarray(read)
  return {
    blocks: [
      ...decoded.flatMap(({ blocks }) => blocks),
      ...(rest.length === 0 ? [] : [restBlock(rest, read)]),
    ],
    problems: [...problems.map(placed(0)), ...decoded.flatMap((one) => one.problems)],
  }
}

function restBlock(bytes: Uint8Array, offset: number): Block {
  const pieces = piecesOf([], { at: 0, length: bytes.length })
  return { title: `${countBytes(bytes.length)} after the last frame`, bytes, offset, pieces }
}

function decodeFrame(
  input: Uint8Array,
  frame: GrpcFrame,
  name: string,
  type: MessageType | undefined,
): DecodedInput {
  const { at, length, isCompressed, isTrailers, content } = frame
  const bytes = input.subarray(at, at + length)
  const sent = length - 5
  const kind = isTrailers ? 'trailers' : 'message'
  const what = isCompressed ? `a compressed ${kind}` : isTrailers ? kind : `a ${kind}`
  const block = { title: `${name}: ${what} of ${countBytes(sent)}`, bytes, offset: at }
  const head = [framePiece(0, 1, `flag: ${what}`), framePiece(1, 4, `length: ${countBytes(frame.said)}`)]
  const body = (text: string) => ({
    ...block,
    pieces: [...head, ...(sent === 0 ? [] : [framePiece(5, sent, text)])],
  })
  if (content === undefined) return { blocks: [body('compressed, and not unpacked')], problems: [] }
  if (isTrailers) return { blocks: [body(trailersText(content))], problems: [] }
  const { fields, problems } = decodeMessage(content, type)
  const pieces = piecesOf(fields, { at: 0, length: content.length })
  if (!isCompressed) {
    const shifted = pieces.map((piece) => ({ ...piece, at: piece.at + 5 }))
    return { blocks: [{ ...block, pieces: [...head, ...shifted] }], problems: problems.map(placed(at + 5)) }
  }
  const title = `${name}, unpacked: a message of ${countBytes(content.length)}`
  const unpacked = { title, bytes: content, offset: 0, pieces }
  const inUnpacked = ({ at: place, message }: WireProblem) => ({
    path: `${name}, unpacked, byte ${place}`,
    message,
  })
  return { blocks: [body(`compressed; unpacked below`), unpacked], problems: problems.map(inUnpacked) }
}

const framePiece = (at: number, length: number, text: string): Piece => ({
  ...{ at, length, text, part: 'frame', depth: 0, field: '', outermost: undefined, type: '', or: [] },
})

/** Lines of HTTP/1.1. */
const trailersText = (content: Uint8Array) =>
  (utf8(content) ?? 'not text')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .join('; ')

const placed =
  (offset: number) =>
  ({ at, message }: WireProblem): Problem => ({ path: `byte ${at + offset}`, message })
