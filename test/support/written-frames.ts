// Frames of HTTP/2 as bytes, written by hand.

import { FRAME_TYPES, type KnownFrameType } from '../../testbed/http2/frame-types.ts'

/** @param payload in hex; spaces are ignored */
export function frameBytes(
  type: KnownFrameType | number,
  flags: number,
  streamId: number,
  payload: string | Buffer,
): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload.replaceAll(' ', ''), 'hex') : payload
  const head = Buffer.alloc(9)
  head.writeUIntBE(bytes.length, 0, 3)
  head.writeUInt8(typeof type === 'number' ? type : FRAME_TYPES.indexOf(type), 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(streamId, 5)
  return Buffer.concat([head, bytes])
}
