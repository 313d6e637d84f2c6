// The frames of a story: what a tap between client and server saw of its stream.

import type { SeenFrame, Side } from '../../../../testbed/http2/connection-reader.ts'
import { flagsOf } from '../../../../testbed/http2/frame-text.ts'
import { errorName, frameTypeName } from '../../../../testbed/http2/frame-types.ts'

/** A frame in short, such as `DATA 8 B, END_STREAM`. */
export interface WireFrame {
  readonly from: Side
  readonly text: string
}

/** Frames of one stream, without those of flow control. */
export function framesOf(seen: readonly SeenFrame[], streamId: number): readonly WireFrame[] {
  return seen
    .filter(({ frame }) => frame.streamId === streamId && frame.type !== 'WINDOW_UPDATE')
    .map((one) => ({ from: one.from, text: textOf(one) }))
}

/** The stream of a story: calls before and after it have streams of their own, and the last is not answered by another. */
export function storyStream(seen: readonly SeenFrame[]): number {
  const streams = seen.filter(({ frame }) => frame.type === 'HEADERS').map(({ frame }) => frame.streamId)
  return Math.max(...streams) - 2
}

function textOf({ frame }: SeenFrame): string {
  const flags = flagsOf(frame).filter((name) => name === 'END_STREAM')
  const size = frame.type === 'DATA' ? [`${frame.length} B`] : []
  const error = frame.type === 'RST_STREAM' && !('problem' in frame) ? [errorName(frame.errorCode)] : []
  return [[frameTypeName(frame.typeCode), ...size, ...error].join(' '), ...flags].join(', ')
}
