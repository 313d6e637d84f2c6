// What two decoders can be compared by: our frames in the order in which tshark lists those of a capture file.

import { splitAddress } from '../../core/host-and-port.ts'
import type { TappedConnection } from './tap.ts'
import type { FrameFacts } from './tshark.ts'

/** The frames of connections in the order of their times, as their capture file has them. */
export function factsOf(connections: readonly TappedConnection[]): FrameFacts[] {
  const frames = connections.flatMap(({ beganAt, frames: seen, client, tap }, connection) =>
    seen.map(({ atMs, from, frame }) => ({
      time: Math.round((beganAt + atMs) * 1000),
      facts: {
        connection,
        fromPort: splitAddress(from === 'client' ? client : tap)?.port ?? 0,
        ...{
          type: frame.typeCode,
          streamId: frame.streamId,
          length: frame.length,
          flags: frame.flags,
        },
      },
    })),
  )
  return frames.toSorted((a, b) => a.time - b.time).map(({ facts }) => facts)
}

/** Frames at the same place in both lists that differ, and those that only one has: none if both agree. */
export function disagreements(ours: readonly FrameFacts[], theirs: readonly FrameFacts[]): string[] {
  const most = Math.max(ours.length, theirs.length)
  return Array.from({ length: most }, (_, index) => [text(ours[index]), text(theirs[index])]).flatMap(
    ([our, their], index) => (our === their ? [] : [`frame ${index + 1}: ${our}, by tshark ${their}`]),
  )
}

function text(facts: FrameFacts | undefined): string {
  if (facts === undefined) return 'missing'
  const { connection, type, streamId, length, flags } = facts
  return `type ${type} on stream ${streamId} of connection ${connection}, ${length} bytes, flags ${flags}`
}
