// A tapped connection as the picture of a report: streams as lanes, frames as marks, windows and stalls.

import type { SeenFrame, Side } from '../testbed/http2/connection-reader.ts'
import { DEFAULT_WINDOW, flowControlOf } from '../testbed/http2/flow-control.ts'
import { frameNote } from '../testbed/http2/frame-text.ts'
import { frameTypeName } from '../testbed/http2/frame-types.ts'
import type { Lane, LaneMark, LanesPicture } from './report/section.ts'

export interface LanesOptions {
  /** Whether frames of stream 0 have a lane. Default: true. */
  readonly connectionLane?: boolean
  /** The windows to draw: who sends the DATA, and the stream (0: the connection). Default: none. */
  readonly windows?: readonly { readonly from: Side; readonly streamId: number; readonly label?: string }[]
  /** Frames of this time only, in milliseconds since the connection began; the picture counts from its beginning. */
  readonly between?: readonly [fromMs: number, toMs: number]
  /** Streams to show. Default: all. */
  readonly streams?: (streamId: number) => boolean
}

const LONGEST_NOTE = 100

/** @returns plain data: a run keeps it as JSON in `texts`, and its section is drawn from that */
export function lanesOf(frames: readonly SeenFrame[], options: LanesOptions = {}): LanesPicture {
  const { connectionLane = true, windows = [], between = [0, Number.POSITIVE_INFINITY] } = options
  const [begin, end] = between
  const within = (atMs: number) => atMs >= begin && atMs <= end
  const shift = (atMs: number) => round(Math.min(Math.max(atMs, begin), end) - begin)
  const flow = flowControlOf(frames)
  const stalls = [...flow.client.stalls, ...flow.server.stalls]
  const shown = frames.filter(({ atMs, frame }) => within(atMs) && isShown(frame.streamId))
  function isShown(streamId: number): boolean {
    return streamId === 0 ? connectionLane : (options.streams ?? (() => true))(streamId)
  }
  const names = new Map(frames.flatMap((seen) => pathOf(seen)))
  const streamIds = [
    ...new Set([...(connectionLane ? [0] : []), ...shown.map(({ frame }) => frame.streamId)]),
  ]
  const lanes = streamIds.map((streamId): Lane => {
    const ofLane = stalls.filter(
      (stall) => stall.streamId === streamId && stall.endMs >= begin && stall.beginMs <= end,
    )
    return {
      label: labelOf(streamId, names.get(streamId)),
      marks: shown
        .filter(({ frame }) => frame.streamId === streamId)
        .map((seen) => ({ ...markOf(seen), atMs: shift(seen.atMs) })),
      ...(ofLane.length > 0 && {
        stalls: ofLane.map(({ beginMs, endMs }) => [shift(beginMs), shift(endMs)] as const),
      }),
    }
  })
  const drawn = windows.map(({ from, streamId, label }) => {
    const points = flow[from].byStream.get(streamId) ?? []
    const first = streamId === 0 ? DEFAULT_WINDOW : flow[from].initial
    const before = points.findLast(({ atMs }) => atMs < begin)?.bytes ?? first
    return {
      label: label ?? `${streamId === 0 ? 'connection' : `stream ${streamId}`}: what the ${from} may send`,
      points: [
        [0, before] as const,
        ...points.filter(({ atMs }) => within(atMs)).map(({ atMs, bytes }) => [shift(atMs), bytes] as const),
      ],
    }
  })
  return { lanes, ...(drawn.length > 0 && { windows: drawn }) }
}

function markOf(seen: SeenFrame): LaneMark {
  const { frame, from, atMs } = seen
  const note = frameNote(seen)
  const short = note.length > LONGEST_NOTE ? `${note.slice(0, LONGEST_NOTE)}…` : note
  const type = frameTypeName(frame.typeCode)
  return { atMs, type, from, bytes: frame.length, ...(short !== '' && { note: short }) }
}

function pathOf({ frame, from, block }: SeenFrame): (readonly [number, string])[] {
  const path = from === 'client' ? block?.fields.find(({ name }) => name === ':path')?.value : undefined
  return path === undefined ? [] : [[frame.streamId, path]]
}

/** The last part of a gRPC path is the method; paths of pages are short. */
function labelOf(streamId: number, path: string | undefined): string {
  if (streamId === 0) return 'connection'
  return path === undefined ? `stream ${streamId}` : `stream ${streamId} · ${path.split('/').at(-1) || '/'}`
}

/** A microsecond is enough. */
const round = (ms: number) => Math.round(ms * 1000) / 1000
