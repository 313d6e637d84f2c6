// Frames as bytes, written by hand: what client libraries never send, such as PRIORITY, padding and unknown types.

import { FRAME_TYPES, type KnownFrameType } from './frame-types.ts'

/** @param type a name, or the code of another type @param payload bytes, or hex in which spaces are ignored */
export function encodeFrame(
  type: KnownFrameType | number,
  flags: number,
  streamId: number,
  payload: string | Buffer = '',
): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload.replaceAll(' ', ''), 'hex') : payload
  const head = Buffer.alloc(9)
  head.writeUIntBE(bytes.length, 0, 3)
  head.writeUInt8(typeof type === 'number' ? type : FRAME_TYPES.indexOf(type), 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(streamId, 5)
  return Buffer.concat([head, bytes])
}
