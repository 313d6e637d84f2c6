// Decodes the payload of one frame. What RFC 9113 calls a frame size or protocol error of that frame becomes its `problem`.

import {
  FRAME_TYPES,
  type Frame,
  type FrameBody,
  type FrameHead,
  type KnownFrameType,
  type Priority,
  settingName,
} from './frame-types.ts'

export const HEAD_BYTES = 9

const END_STREAM = 0x1
const ACK = 0x1
const END_HEADERS = 0x4
const PADDED = 0x8
const PRIORITY = 0x20
/** The first bit of a stream id is reserved, and ignored. */
const WITHOUT_RESERVED = 0x7fff_ffff

/** @param bytes at least nine, from the begin of a frame */
export function decodeHead(bytes: Buffer): FrameHead {
  return {
    length: bytes.readUIntBE(0, 3),
    typeCode: bytes.readUInt8(3),
    flags: bytes.readUInt8(4),
    streamId: bytes.readUInt32BE(5) & WITHOUT_RESERVED,
  }
}

/** Never throws: a malformed payload gives a frame with a `problem`. @param payload the `head.length` bytes after the head */
export function decodeFrame(head: FrameHead, payload: Buffer): Frame {
  const type = FRAME_TYPES[head.typeCode]
  if (type === undefined) return { ...head, type: 'UNKNOWN', payload }
  try {
    checkStream(type, head.streamId)
    return { ...head, ...DECODERS[type](head, payload) }
  } catch (thrown) {
    if (!(thrown instanceof Malformed)) throw thrown
    return { ...head, type, problem: `${type} ${thrown.message}` }
  }
}

class Malformed extends Error {}

const ON_CONNECTION: ReadonlySet<KnownFrameType> = new Set(['SETTINGS', 'PING', 'GOAWAY'])

function checkStream(type: KnownFrameType, streamId: number): void {
  if (type === 'WINDOW_UPDATE' || ON_CONNECTION.has(type) === (streamId === 0)) return
  throw new Malformed(
    streamId === 0 ? 'needs a stream, but has stream 0' : `is of the connection, but has stream ${streamId}`,
  )
}

const DECODERS: {
  readonly [T in KnownFrameType]: (head: FrameHead, payload: Buffer) => FrameBody
} = {
  DATA({ flags }, payload) {
    const { content, ...padding } = unpad(flags, payload)
    return {
      type: 'DATA',
      endStream: has(flags, END_STREAM),
      data: content,
      ...padding,
    }
  },
  HEADERS({ flags }, payload) {
    const { content, ...padding } = unpad(flags, payload)
    const prioritized = has(flags, PRIORITY)
    if (prioritized && content.length < 5)
      throw new Malformed(`has ${content.length} bytes, too few for the priority that its flags announce`)
    return {
      type: 'HEADERS',
      endStream: has(flags, END_STREAM),
      endHeaders: has(flags, END_HEADERS),
      fragment: prioritized ? content.subarray(5) : content,
      ...(prioritized && { priority: priorityOf(content) }),
      ...padding,
    }
  },
  PRIORITY(_, payload) {
    requireLength(payload, 5)
    return { type: 'PRIORITY', priority: priorityOf(payload) }
  },
  RST_STREAM(_, payload) {
    requireLength(payload, 4)
    return { type: 'RST_STREAM', errorCode: payload.readUInt32BE(0) }
  },
  SETTINGS({ flags }, payload) {
    const ack = has(flags, ACK)
    if (ack) requireLength(payload, 0)
    if (payload.length % 6 !== 0)
      throw new Malformed(`has ${payload.length} bytes, which is not a multiple of 6 (FRAME_SIZE_ERROR)`)
    const settings = Array.from({ length: payload.length / 6 }, (_, index) => {
      const id = payload.readUInt16BE(index * 6)
      return {
        id,
        name: settingName(id),
        value: payload.readUInt32BE(index * 6 + 2),
      }
    })
    return { type: 'SETTINGS', ack, settings }
  },
  PUSH_PROMISE({ flags }, payload) {
    const { content, ...padding } = unpad(flags, payload)
    if (content.length < 4)
      throw new Malformed(`has ${content.length} bytes, too few for the promised stream`)
    return {
      type: 'PUSH_PROMISE',
      endHeaders: has(flags, END_HEADERS),
      promisedStreamId: content.readUInt32BE(0) & WITHOUT_RESERVED,
      fragment: content.subarray(4),
      ...padding,
    }
  },
  PING({ flags }, payload) {
    requireLength(payload, 8)
    return { type: 'PING', ack: has(flags, ACK), opaque: payload }
  },
  GOAWAY(_, payload) {
    if (payload.length < 8)
      throw new Malformed(`has ${payload.length} bytes, but needs at least 8 (FRAME_SIZE_ERROR)`)
    return {
      type: 'GOAWAY',
      lastStreamId: payload.readUInt32BE(0) & WITHOUT_RESERVED,
      errorCode: payload.readUInt32BE(4),
      debug: payload.subarray(8),
    }
  },
  WINDOW_UPDATE(_, payload) {
    requireLength(payload, 4)
    const increment = payload.readUInt32BE(0) & WITHOUT_RESERVED
    if (increment === 0) throw new Malformed('has an increment of 0 (PROTOCOL_ERROR)')
    return { type: 'WINDOW_UPDATE', increment }
  },
  CONTINUATION({ flags }, payload) {
    return {
      type: 'CONTINUATION',
      endHeaders: has(flags, END_HEADERS),
      fragment: payload,
    }
  },
}

const has = (flags: number, flag: number) => (flags & flag) !== 0

function requireLength({ length }: Buffer, wanted: number): void {
  if (length !== wanted) throw new Malformed(`has ${length} bytes, not ${wanted} (FRAME_SIZE_ERROR)`)
}

function unpad(flags: number, payload: Buffer): { readonly content: Buffer; readonly padding?: number } {
  if (!has(flags, PADDED)) return { content: payload }
  const padding = payload[0]
  if (padding === undefined) throw new Malformed('has no bytes, but its flags announce padding')
  if (padding >= payload.length)
    throw new Malformed(`has ${payload.length} bytes, but announces ${padding} of padding (PROTOCOL_ERROR)`)
  return {
    content: payload.subarray(1, payload.length - padding),
    padding: padding + 1,
  }
}

function priorityOf(bytes: Buffer): Priority {
  const first = bytes.readUInt32BE(0)
  return {
    exclusive: first >>> 31 === 1,
    dependsOn: first & WITHOUT_RESERVED,
    weight: bytes.readUInt8(4) + 1,
  }
}
