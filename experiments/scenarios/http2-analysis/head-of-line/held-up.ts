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
 * A record that was lost comes a round trip later than it would have: the receiver's acknowledgments say that it is missing, and then
 * it is sent again. On one connection, all that follows waits for it, so that only the moment of sending tells how late it is. With a
 * connection for each stream, the records of one tick tell it of each other, whatever a busy machine adds to all of them alike.
 * @param drops when each packet was asked to be lost, in milliseconds since 1970
 */
export function heldUpBy(
  arrivals: readonly Arrival[],
  drops: readonly number[],
  { rttMs, connections }: { readonly rttMs: number; readonly connections: number },
): HeldUp {
  const lateMs = 0.9 * rttMs
  const taken = ({ sentMs, arrivedMs }: Arrival) => arrivedMs - sentMs
  const fastest = new Map<number, number>()
  for (const one of arrivals) {
    fastest.set(one.tick, Math.min(taken(one), fastest.get(one.tick) ?? Number.POSITIVE_INFINITY))
  }
  const usual = ({ tick }: Arrival) => (connections === 1 ? rttMs / 2 : (fastest.get(tick) ?? 0))
  const perDrop = drops.map((drop, at) => {
    const until = (drops[at + 1] ?? Number.POSITIVE_INFINITY) - LEEWAY_MS
    const after = arrivals.filter(({ sentMs }) => sentMs >= drop - LEEWAY_MS && sentMs < until)
    const late = after.filter((one) => taken(one) - usual(one) >= lateMs)
    return {
      streams: new Set(late.map(({ stream }) => stream)).size,
      longest: Math.max(0, ...after.map(taken)),
    }
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
