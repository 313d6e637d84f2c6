// Decodes both directions of a connection: preface or upgrade, frames, header blocks, and the gRPC messages in DATA.

import { FrameReader } from './frame-reader.ts'
import { type Frame, frameOf } from './frame-types.ts'
import { type GrpcMessage, GrpcMessageReader } from './grpc-messages.ts'
import { type HeaderBlock, HpackDecoder } from './hpack/hpack-decoder.ts'

/** Who sent it. */
export type Side = 'client' | 'server'

export interface SeenFrame {
  /** From 1, over both directions, in the order in which their last bytes passed. */
  readonly number: number
  /** Since the connection was accepted, in milliseconds, when its last byte passed. */
  readonly atMs: number
  readonly from: Side
  readonly frame: Frame
  /** Fields of the header block that ends with this frame: HEADERS, PUSH_PROMISE or CONTINUATION with END_HEADERS. */
  readonly block?: HeaderBlock
  /** gRPC messages that end in this DATA frame; undefined where the stream is not gRPC. */
  readonly messages?: readonly GrpcMessage[]
  /** What is malformed in it, or cannot be decoded. */
  readonly problem?: string
}

/** What a connection speaks, by its first bytes. `h2 after upgrade` began as HTTP/1.1. */
export type WireProtocol = 'h2' | 'h2 after upgrade' | 'http/1.1' | 'tls' | 'unknown'

/** RFC 9113, section 3.4. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
const END_OF_HEAD = '\r\n\r\n'
const TLS_HANDSHAKE = 0x16
const LONGEST_METHOD = 10

interface Direction {
  readonly reader: FrameReader
  readonly hpack: HpackDecoder
  /** Before the first frame. */
  begin: Buffer | undefined
  /** Header block that a frame without END_HEADERS has begun. */
  open: { readonly streamId: number; readonly fragments: Buffer[] } | undefined
  /** Set once a header block could not be decoded. */
  hpackProblem: string | undefined
  readonly messages: Map<number, GrpcMessageReader>
}

/** Fed with the chunks of both directions in their order. Never throws: what is malformed is in `problem` of a frame. */
export class ConnectionReader {
  readonly #frames: SeenFrame[] = []
  readonly #sides: Readonly<Record<Side, Direction>> = {
    client: newDirection(),
    server: newDirection(),
  }
  readonly #grpcStreams = new Set<number>()
  readonly #keepFrames: boolean
  #count = 0
  #protocol: WireProtocol | undefined

  /** @param options.keepFrames whether `frames` has them afterwards; default: true */
  constructor({ keepFrames = true }: { readonly keepFrames?: boolean } = {}) {
    this.#keepFrames = keepFrames
  }

  /** Undefined until the client has sent enough to tell. */
  get protocol(): WireProtocol | undefined {
    return this.#protocol
  }

  get frames(): readonly SeenFrame[] {
    return this.#frames
  }

  /** @returns the frames that end in this chunk */
  push(from: Side, chunk: Buffer, atMs: number): readonly SeenFrame[] {
    const bytes = this.#afterBegin(from, chunk)
    if (bytes === undefined) return []
    const seen = this.#sides[from].reader.push(bytes).map((frame, index) => ({
      ...{ number: this.#count + index + 1, atMs, from, frame },
      ...this.#contentOf(from, frame),
    }))
    this.#count += seen.length
    if (this.#keepFrames) this.#frames.push(...seen)
    return seen
  }

  /** What follows the preface of the client, or the answer to its upgrade; undefined if these are not frames. */
  #afterBegin(from: Side, chunk: Buffer): Buffer | undefined {
    const side = this.#sides[from]
    if (side.begin === undefined) return chunk
    side.begin = Buffer.concat([side.begin, chunk])
    const rest = from === 'client' ? this.#afterPreface(side.begin) : this.#afterAnswer(side.begin)
    if (rest !== undefined) side.begin = undefined
    return rest
  }

  #afterPreface(begin: Buffer): Buffer | undefined {
    const at = begin.indexOf(PREFACE)
    if (at >= 0) {
      this.#protocol = at === 0 ? 'h2' : 'h2 after upgrade'
      return begin.subarray(at + PREFACE.length)
    }
    if (this.#protocol === undefined && !PREFACE.subarray(0, begin.length).equals(begin))
      this.#protocol = protocolOf(begin)
    return undefined
  }

  /** A server of HTTP/2 sends frames at once; one that upgrades answers 101 before. */
  #afterAnswer(begin: Buffer): Buffer | undefined {
    const text = begin.toString('latin1')
    if (text.startsWith('HTTP/1.1 101')) {
      const end = text.indexOf(END_OF_HEAD)
      return end < 0 ? undefined : begin.subarray(end + END_OF_HEAD.length)
    }
    if ('HTTP/1.1 101'.startsWith(text)) return undefined
    return this.#protocol === 'h2' ? begin : undefined
  }

  #contentOf(from: Side, frame: Frame): Pick<SeenFrame, 'block' | 'messages' | 'problem'> {
    if ('problem' in frame) return { problem: frame.problem }
    const data = frameOf(frame, 'DATA')
    if (data !== undefined) return this.#messagesOf(from, frame.streamId, data.data)
    return this.#blockOf(from, frame)
  }

  #messagesOf(from: Side, streamId: number, data: Buffer): Pick<SeenFrame, 'messages' | 'problem'> {
    if (!this.#grpcStreams.has(streamId)) return {}
    const { messages } = this.#sides[from]
    const reader = messages.get(streamId) ?? new GrpcMessageReader()
    messages.set(streamId, reader)
    try {
      return { messages: reader.push(data) }
    } catch (thrown) {
      this.#grpcStreams.delete(streamId)
      return { problem: (thrown as Error).message }
    }
  }

  #blockOf(from: Side, frame: Frame): Pick<SeenFrame, 'block' | 'problem'> {
    const side = this.#sides[from]
    const fragment = fragmentOf(frame)
    if (side.open !== undefined && (frame.type !== 'CONTINUATION' || frame.streamId !== side.open.streamId)) {
      const { streamId } = side.open
      side.open = undefined
      side.hpackProblem = `the header block of stream ${streamId} was cut off by a ${frame.type} frame`
      return {
        problem: `${frame.type} within the header block of stream ${streamId} (PROTOCOL_ERROR)`,
      }
    }
    if (fragment === undefined) return {}
    if (frame.type === 'CONTINUATION' && side.open === undefined)
      return {
        problem: 'CONTINUATION without a header block to continue (PROTOCOL_ERROR)',
      }
    side.open ??= { streamId: frame.streamId, fragments: [] }
    side.open.fragments.push(fragment.bytes)
    if (!fragment.last) return {}
    const whole = Buffer.concat(side.open.fragments)
    side.open = undefined
    return this.#decodeBlock(from, frame.streamId, whole)
  }

  #decodeBlock(from: Side, streamId: number, bytes: Buffer): Pick<SeenFrame, 'block' | 'problem'> {
    const side = this.#sides[from]
    if (side.hpackProblem !== undefined)
      return {
        problem: `an earlier header block could not be decoded: ${side.hpackProblem}`,
      }
    try {
      const block = side.hpack.decode(bytes)
      if (block.fields.some(isGrpc)) this.#grpcStreams.add(streamId)
      return { block }
    } catch (thrown) {
      side.hpackProblem = (thrown as Error).message
      return {
        problem: `header block: ${side.hpackProblem} (COMPRESSION_ERROR)`,
      }
    }
  }
}

function newDirection(): Direction {
  return {
    ...{
      reader: new FrameReader(),
      hpack: new HpackDecoder(),
      messages: new Map(),
    },
    ...{ begin: Buffer.alloc(0), open: undefined, hpackProblem: undefined },
  }
}

/** Undefined as long as it may be a method of HTTP/1.1 that has not ended. */
function protocolOf(begin: Buffer): WireProtocol | undefined {
  if (begin[0] === TLS_HANDSHAKE) return 'tls'
  const text = begin.subarray(0, LONGEST_METHOD + 1).toString('latin1')
  if (/^[A-Z]+$/.test(text) && text.length <= LONGEST_METHOD) return undefined
  return /^[A-Z]+ /.test(text) ? 'http/1.1' : 'unknown'
}

function fragmentOf(frame: Frame): { readonly bytes: Buffer; readonly last: boolean } | undefined {
  const part = frameOf(frame, 'HEADERS') ?? frameOf(frame, 'PUSH_PROMISE') ?? frameOf(frame, 'CONTINUATION')
  return part && { bytes: part.fragment, last: part.endHeaders }
}

const isGrpc = ({ name, value }: { readonly name: string; readonly value: string }) =>
  name === 'content-type' && /^application\/grpc(\+|;|$)/.test(value)
