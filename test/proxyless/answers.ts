// What rows say about the answers of a program's calls.

import type {
  GrpcCallResult as CallsResult,
  GrpcClientProcess as Program,
} from '../../testbed/grpc-client-process.ts'
import type { Calls } from './programs.ts'
import type { World } from './world.ts'

/** Six standard deviations: a false alarm is rarer than once in 500 million. */
const SIGMAS = 6

/** Calls that a client never answers must not keep a row waiting. */
const DEADLINE_MS = 15_000

/** The widest deviation from `calls × share` that chance explains, if each call is sent there with the probability `share`. */
export function chance(calls: number, share: number): number {
  return SIGMAS * Math.sqrt(calls * share * (1 - share))
}

/** Whether a count is `calls × share`, within what chance explains. */
export function isShare(count: number, calls: number, share: number): boolean {
  return Math.abs(count - calls * share) <= chance(calls, share)
}

/** Whether all calls were OK, and exactly these backends answered. */
export function answeredBy({ calls, codes, backends }: CallsResult, ...ids: readonly string[]): boolean {
  return codes.OK === calls && Object.keys(backends).sort().join() === [...ids].sort().join()
}

/** `OK 97, UNAVAILABLE 3`. */
export function describeCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

/**
 * Repeats the calls until the answers are as `holds` says. A client that has ACKed something may apply it a moment later.
 * States that a row compares must exclude each other, so that no transition passes for the state after it.
 */
export async function untilAnswers(
  world: World,
  program: Program,
  what: string,
  { calls, ...settings }: Calls,
  holds: (result: CallsResult) => boolean,
): Promise<CallsResult> {
  let last: CallsResult | undefined
  return await world.until(
    what,
    async () => {
      last = await program.calls(calls, { deadlineMs: DEADLINE_MS, ...settings })
      return holds(last) ? last : undefined
    },
    () =>
      last && { codes: last.codes, backends: last.backends, errors: last.errors, latencyMs: last.latencyMs },
  )
}
