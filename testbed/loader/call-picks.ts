// Chooses the next of several shapes of calls by weight, in an order that a seed repeats.

import { seededRandom } from '../../core/seeded-random.ts'
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
  const random = seededRandom(seed)
  return () => {
    let left = random() * total
    for (const { weight, call } of calls) {
      left -= weight
      if (left < 0) return call
    }
    return only.call
  }
}
