// A frame as plain data, for JSON.

import type { SeenFrame } from './connection-reader.ts'
import { flagsOf, frameNote } from './frame-text.ts'
import { frameTypeName } from './frame-types.ts'

/** A frame as plain data: times in milliseconds since the connection began, lengths in bytes. */
export function frameRecord(seen: SeenFrame) {
  const { number, atMs, from, frame, block, messages } = seen
  const note = frameNote(seen)
  return {
    ...{
      number,
      atMs: Math.round(atMs * 1000) / 1000,
      from,
      stream: frame.streamId,
    },
    ...{
      type: frameTypeName(frame.typeCode),
      length: frame.length,
      flags: flagsOf(frame),
    },
    ...(note !== '' && { note }),
    ...(block && {
      headers: block.fields.map(({ name, value }) => [name, value] as const),
    }),
    ...(messages &&
      messages.length > 0 && {
        messages: messages.map(({ bytes }) => bytes.length),
      }),
  }
}
