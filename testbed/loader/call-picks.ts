// Chooses the next of several shapes of calls by weight, in an order that a seed repeats.

import type { PreparedCall, WeightedCall } from './prepared-call.ts'

/**
 * Picks at random, because turns could resonate with those of a load balancer: each tenth call of ten over two backends that take
 * turns would always be the same backend's.
 */
export function callPicks(calls: readonly WeightedCall[], seed: number): () => PreparedCall {
  const [only] = calls
  if (only === undefined) throw new Error('a load has at least one shape of calls')
  if (calls.length === 1) return () => only.call
  const total = calls.reduce((sum, { weight }) => sum + weight, 0)
  const random = mulberry32(seed)
  return () => {
    let left = random() * total
    for (const { weight, call } of calls) {
      left -= weight
      if (left < 0) return call
    }
    return only.call
  }
}

/** A small generator of numbers from 0 to 1, good enough for picks. https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
