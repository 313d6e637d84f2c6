// Which calls have their payloads logged: a share of them, and the same ones on all sides.

/** Random bits at the end of a trace id: https://www.w3.org/TR/trace-context-2/#random-trace-id-flag */
const RANDOM_DIGITS = 14

/**
 * A call with a trace is chosen by the id of its trace, so that client and servers choose the same calls, also those with other
 * shares: the smaller share is a part of the larger. A call without one is chosen at random.
 * @param share from 0 to 1
 */
export function isSampled(
  share: number,
  traceId: string | undefined,
  random: () => number = Math.random,
): boolean {
  if (share >= 1) return true
  if (share <= 0) return false
  if (traceId === undefined) return random() < share
  return Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) / 16 ** RANDOM_DIGITS < share
}
