// The upstreams that have endpoints behind an upstream: itself, or those that an aggregate names, however deep.

import { ownValue } from '../../core/plain-map.ts'
import type { Config } from './model.ts'

/** In order of preference, each once. Names that lead nowhere are left out, and a cycle ends where it begins again. */
export function leavesOf(upstreams: Config['upstreams'], name: string): readonly string[] {
  const seen = new Set<string>()
  const leaves: string[] = []
  const pending = [name]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const upstream = ownValue(upstreams, next)
    if (upstream === undefined || seen.has(next)) continue
    seen.add(next)
    if (upstream.aggregate === undefined) leaves.push(next)
    else pending.push(...upstream.aggregate.toReversed())
  }
  return leaves
}
