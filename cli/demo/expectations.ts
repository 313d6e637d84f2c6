// What a distribution of calls should look like under each policy.

import type { Distribution, Keys } from '../../testbed/measure/distribution.ts'

/** Returns what is wrong with a distribution, or undefined. */
export type Expectation = (distribution: Distribution) => string | undefined

/**
 * A policy that picks at random exceeds this many times the noise floor once in millions of runs: the squared ratio of three
 * backends is distributed exponentially with mean 1.
 */
const RANDOM_LIMIT = 4

/** The least part of an equal share that each backend gets from a policy that is roughly even. */
const LEAST_SHARE = 0.5

export function onePerConnection({ connections, byBackend }: Distribution): string | undefined {
  const served = servedBy(byBackend)
  if (connections > 1 || served === 1) return undefined
  return `at L4 one backend should serve a connection, but ${served} served it`
}

export function even({ connections, variation, noiseFloor }: Distribution): string | undefined {
  if (variation <= noiseFloor) return undefined
  const figures = `CV ${variation.toFixed(3)} is over the noise floor ${noiseFloor.toFixed(3)}`
  return `round robin should spread the calls of ${connections} connection(s) evenly, but ${figures}`
}

export function random({ keys, connections, variation, noiseFloor }: Distribution): string | undefined {
  if (isOneKey(keys) || variation <= RANDOM_LIMIT * noiseFloor) return undefined
  const figures = `CV ${variation.toFixed(3)} is over ${RANDOM_LIMIT} times the noise floor ${noiseFloor.toFixed(3)}`
  return `the calls of ${connections} connection(s) should be spread at random, but ${figures}`
}

export function roughlyEven({ keys, connections, calls, byBackend }: Distribution): string | undefined {
  if (isOneKey(keys)) return undefined
  const least = (LEAST_SHARE * calls) / byBackend.size
  const starved = [...byBackend].filter(([, count]) => count < least)
  if (starved.length === 0) return undefined
  const who = starved.map(([id, count]) => `${id} got ${count} of ${calls}`).join(', ')
  return `each backend should get its share of the calls of ${connections} connection(s), but ${who}`
}

/** Also across the Envoys of the fleet. */
export function oneBackendPerKey({ keys, byBackend }: Distribution): string | undefined {
  const served = servedBy(byBackend)
  if (!isOneKey(keys) || served === 1) return undefined
  return `one backend should serve a key, but ${served} served it`
}

function isOneKey(keys: Keys): boolean {
  return typeof keys === 'object'
}

function servedBy(byBackend: Distribution['byBackend']): number {
  return [...byBackend.values()].filter((count) => count > 0).length
}
