// What the measurements should show, and whether they do.

import type { LbRequest } from '../../api/schemas/lb.ts'
import type { Distribution, Keys } from '../../testbed/measure/distribution.ts'
import type { Turn } from './turn.ts'

/** One setting of the switch: how it was reached, and where the calls went. */
export interface Act {
  readonly setting: LbRequest
  /** Absent where the fleet began with it. */
  readonly turn?: Turn
  readonly distributions: readonly Distribution[]
}

/**
 * A policy that picks by chance is within this many times the noise floor but for one time in millions: the squared ratio of
 * three backends is distributed exponentially with mean 1.
 */
const CHANCE = 4

/** Of an equal share, what each backend gets at least where a policy is only roughly even. */
const ROUGHLY = 0.5

type Expectation = (distribution: Distribution) => string | undefined

/** What is promised of each distribution under a setting; a string says how it is broken. */
const PROMISES: Readonly<Record<string, readonly Expectation[]>> = {
  l4: [pinned],
  round_robin: [even],
  least_request: [shared],
  random: [asChance],
  ring_hash: [shared, oneKeyOneBackend],
  maglev: [asChance, oneKeyOneBackend],
}

/** What the measurements should show and do not; empty where all is as promised. */
export function findBroken(acts: readonly Act[]): readonly string[] {
  const broken = acts.flatMap(({ setting, distributions }) =>
    distributions.flatMap((distribution) =>
      (PROMISES[keyOf(setting)] ?? []).flatMap((promise) => promise(distribution) ?? []),
    ),
  )
  const failures = acts.flatMap(({ turn, distributions }) => [
    ...(turn?.load.failures ?? []),
    ...distributions.flatMap((distribution) => distribution.failures),
  ])
  if (failures.length === 0) return broken
  return [...broken, `no call fails, but ${failures.length} did, the first with: ${failures[0]}`]
}

function keyOf({ mode, policy = '' }: LbRequest): string {
  return mode === 'l4' ? mode : policy
}

function pinned({ connections, byBackend }: Distribution): string | undefined {
  const served = servedBy(byBackend)
  if (connections > 1 || served === 1) return undefined
  return `at L4 one connection is served by one backend, but ${served} served it`
}

function even({ connections, variation, noiseFloor }: Distribution): string | undefined {
  if (variation <= noiseFloor) return undefined
  const figures = `CV ${variation.toFixed(3)} over the noise floor ${noiseFloor.toFixed(3)}`
  return `round robin spreads the calls of ${connections} connection(s) evenly, but ${figures}`
}

function asChance({ keys, connections, variation, noiseFloor }: Distribution): string | undefined {
  if (isOneKey(keys) || variation <= CHANCE * noiseFloor) return undefined
  const figures = `CV ${variation.toFixed(3)} is over ${CHANCE} times the noise floor ${noiseFloor.toFixed(3)}`
  return `the calls of ${connections} connection(s) are spread as chance would, but ${figures}`
}

function shared({ keys, connections, calls, byBackend }: Distribution): string | undefined {
  if (isOneKey(keys)) return undefined
  const least = (ROUGHLY * calls) / byBackend.size
  const starved = [...byBackend].filter(([, count]) => count < least)
  if (starved.length === 0) return undefined
  const who = starved.map(([id, count]) => `${id} got ${count} of ${calls}`).join(', ')
  return `each backend gets its share of the calls of ${connections} connection(s), but ${who}`
}

/** All Envoys of the fleet agree on it, too. */
function oneKeyOneBackend({ keys, byBackend }: Distribution): string | undefined {
  const served = servedBy(byBackend)
  if (!isOneKey(keys) || served === 1) return undefined
  return `one key is served by one backend, but ${served} served it`
}

function isOneKey(keys: Keys): boolean {
  return typeof keys === 'object'
}

function servedBy(byBackend: Distribution['byBackend']): number {
  return [...byBackend.values()].filter((count) => count > 0).length
}
