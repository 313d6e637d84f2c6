// A frame in words: one readable line, and what is in it in short.

import type { SeenFrame } from './connection-reader.ts'
import { errorName, type Frame, frameTypeName } from './frame-types.ts'
import type { HeaderField } from './hpack/hpack-decoder.ts'

/** `       1.204 ms  client →  stream 1    HEADERS        71 B  END_HEADERS  :method POST, :path /echo…` */
export function frameLine(seen: SeenFrame): string {
  const { frame, atMs, from } = seen
  const arrow = from === 'client' ? 'client →' : 'server ←'
  const stream = frame.streamId === 0 ? 'connection' : `stream ${frame.streamId}`
  return [
    `${atMs.toFixed(3).padStart(12)} ms`,
    arrow,
    stream.padEnd(10),
    frameTypeName(frame.typeCode).padEnd(13),
    `${frame.length} B`.padStart(8),
    frameNote(seen),
  ]
    .join('  ')
    .trimEnd()
}

/** Its flags and its content, such as `ACK`, `CANCEL`, or `+32768`. Empty if there is nothing to say. */
export function frameNote(seen: SeenFrame): string {
  const { frame, block, messages, problem } = seen
  if (problem !== undefined) return `malformed: ${problem}`
  const fields = block === undefined ? [] : block.fields.map(fieldText)
  const grpc = (messages ?? []).map(({ bytes, compressed }) =>
    compressed ? `gRPC message of ${bytes.length} B, compressed` : `gRPC message of ${bytes.length} B`,
  )
  return [...flagsOf(frame), ...contentOf(frame), ...fields, ...grpc].join(', ')
}

const LONGEST_VALUE = 60

function fieldText({ name, value }: HeaderField): string {
  return `${name} ${value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value}`
}

/** Names of the flags that are set and have a meaning for its type. */
export function flagsOf(frame: Frame): string[] {
  if ('problem' in frame) return []
  return [
    'endStream' in frame && frame.endStream && 'END_STREAM',
    'endHeaders' in frame && frame.endHeaders && 'END_HEADERS',
    'padding' in frame && frame.padding !== undefined && 'PADDED',
    frame.type === 'HEADERS' && frame.priority !== undefined && 'PRIORITY',
    'ack' in frame && frame.ack && 'ACK',
  ].filter((name) => name !== false)
}

function contentOf(frame: Frame): string[] {
  if ('problem' in frame) return []
  switch (frame.type) {
    case 'SETTINGS':
      return frame.settings.map(({ name, value }) => `${name}=${value}`)
    case 'WINDOW_UPDATE':
      return [`+${frame.increment}`]
    case 'RST_STREAM':
      return [errorName(frame.errorCode)]
    case 'GOAWAY': {
      const debug = frame.debug.length > 0 ? [JSON.stringify(frame.debug.toString('latin1'))] : []
      return [errorName(frame.errorCode), `last stream ${frame.lastStreamId}`, ...debug]
    }
    case 'PUSH_PROMISE':
      return [`promises stream ${frame.promisedStreamId}`]
    case 'PRIORITY':
      return [`depends on ${frame.priority.dependsOn}`, `weight ${frame.priority.weight}`]
    case 'PING':
      return [frame.opaque.toString('hex')]
    default:
      return []
  }
}
