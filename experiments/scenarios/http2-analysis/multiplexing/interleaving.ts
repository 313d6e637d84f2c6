// How much the DATA of several streams is mixed on one connection.

import type { SeenFrame, Side } from '../../../../testbed/http2/connection-reader.ts'

export interface Interleaving {
  /** Streams with DATA from this side. */
  readonly streams: number
  /** DATA frames with at least a byte. */
  readonly dataFrames: number
  /** How often a DATA frame is of another stream than the one before it. Streams one after the other: `streams - 1`. */
  readonly switches: number
  /** Most streams that were open at once: from their HEADERS to the END_STREAM or RST_STREAM of both sides. */
  readonly mostOpen: number
}

export function interleavingOf(frames: readonly SeenFrame[], from: Side): Interleaving {
  const data = frames.filter(({ from: sender, frame }) => sender === from && isData(frame))
  const ids = data.map(({ frame }) => frame.streamId)
  return {
    streams: new Set(ids).size,
    dataFrames: data.length,
    switches: ids.filter((id, index) => index > 0 && id !== ids[index - 1]).length,
    mostOpen: mostOpen(frames),
  }
}

const isData = (frame: SeenFrame['frame']) => frame.type === 'DATA' && frame.length > 0

function mostOpen(frames: readonly SeenFrame[]): number {
  const halves = new Map<number, number>()
  let most = 0
  for (const { frame, from } of frames) {
    const { streamId } = frame
    if (frame.type === 'HEADERS' && from === 'client' && !halves.has(streamId)) halves.set(streamId, 2)
    const open = halves.get(streamId)
    if (open !== undefined && frame.type === 'RST_STREAM') halves.set(streamId, 0)
    else if (open !== undefined && 'endStream' in frame && frame.endStream) halves.set(streamId, open - 1)
    most = Math.max(most, [...halves.values()].filter((left) => left > 0).length)
  }
  return most
}
