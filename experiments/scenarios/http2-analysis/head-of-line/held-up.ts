// Which streams a lost packet held up, from the times at which records were sent and have arrived.

import type { Arrival } from '../peers/jobs/ticks.ts'

export interface HeldUp {
  /** For each lost packet: on how many streams records came so late that TCP must have sent them again. */
  readonly streams: readonly number[]
  /** For each lost packet: the longest that a record took, in milliseconds. */
  readonly longestMs: readonly number[]
}

/** Before a drop is known to be asked for, in milliseconds: clocks of processes differ by less. */
const LEEWAY_MS = 20

/**
 * A record travels for half a round trip. One that was lost comes at least a whole one later: the receiver's next acknowledgment
 * says that it is missing, and then it is sent again. All that TCP received after it waits for it.
 * @param drops when each packet was asked to be lost, in milliseconds since 1970
 */
export function heldUpBy(arrivals: readonly Arrival[], drops: readonly number[], rttMs: number): HeldUp {
  const lateMs = 1.4 * rttMs
  const perDrop = drops.map((drop, at) => {
    const until = (drops[at + 1] ?? Number.POSITIVE_INFINITY) - LEEWAY_MS
    const after = arrivals.filter(({ sentMs }) => sentMs >= drop - LEEWAY_MS && sentMs < until)
    const late = after.filter(({ sentMs, arrivedMs }) => arrivedMs - sentMs >= lateMs)
    const longest = Math.max(0, ...after.map(({ sentMs, arrivedMs }) => arrivedMs - sentMs))
    return { streams: new Set(late.map(({ stream }) => stream)).size, longest }
  })
  return { streams: perDrop.map(({ streams }) => streams), longestMs: perDrop.map(({ longest }) => longest) }
}

/** Records that arrived after one of another stream that was sent at a later tick. TCP never lets that happen on one connection. */
export function overtakenOf(arrivals: readonly Arrival[]): number {
  let newest = 0
  let overtaken = 0
  for (const { tick } of arrivals) {
    if (tick < newest) overtaken += 1
    newest = Math.max(newest, tick)
  }
  return overtaken
}
