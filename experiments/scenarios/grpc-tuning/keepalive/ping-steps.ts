// The pings of a connection and its end, as the steps of a sequence.

import type { SeenFrame } from '../../../../testbed/http2/connection-reader.ts'
import { errorName, frameOf } from '../../../../testbed/http2/frame-types.ts'

export type PingSteps = readonly {
  readonly label: string
  readonly from: 'client' | 'server'
  readonly atMs: number
}[]

/** PING, its answers, HEADERS of calls and GOAWAY; times are those at the tap, in milliseconds. */
export function stepsOf(frames: readonly SeenFrame[]): PingSteps {
  return frames.flatMap(({ frame, from, atMs }) => {
    const label = labelOf(frame)
    return label === undefined ? [] : [{ label, from, atMs }]
  })
}

function labelOf(frame: SeenFrame['frame']): string | undefined {
  const ping = frameOf(frame, 'PING')
  if (ping !== undefined) return ping.ack ? 'PING, ACK' : 'PING'
  const goAway = frameOf(frame, 'GOAWAY')
  if (goAway !== undefined)
    return `GOAWAY, ${errorName(goAway.errorCode)}, "${goAway.debug.toString('latin1')}"`
  return frame.type === 'HEADERS' ? 'HEADERS' : undefined
}
