// Aggregates: each way down ends at an upstream with endpoints, before it is too long for gRPC clients.

import { ownValue } from '../../../core/plain-map.ts'
import type { Config } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'

/** Of gRPC: https://github.com/grpc/proposal/blob/master/A37-xds-aggregate-and-logical-dns-clusters.md */
const MOST_LEVELS = 16

type Upstreams = Config['upstreams']

/**
 * A way of more than 16 levels either meets a name twice, which is a cycle, or is too long. The time is bounded by the number of
 * levels, however the aggregates are connected.
 */
export function* checkAggregates(upstreams: Upstreams): Iterable<PlacedProblem> {
  for (const way of waysBeyond(MOST_LEVELS, upstreams)) {
    const [name = '', child = ''] = way
    const children = upstreams[name]?.aggregate ?? []
    const steps = ['upstreams', name, 'aggregate', String(children.indexOf(child))]
    const back = way.indexOf(name, 1)
    if (back > 0) {
      const cycle = way.slice(0, back + 1).join(' → ')
      yield { steps, message: `leads back to ${name} (${cycle}): remove one of these names` }
    } else if (new Set(way).size === way.length) {
      yield {
        steps,
        message: `leads through more than ${MOST_LEVELS} upstreams (${way.join(' → ')}), which gRPC clients do not follow: name the upstreams at its end here`,
      }
    }
  }
}

/** For each upstream with a way down of more names than `levels`: one name more of a longest way. */
function* waysBeyond(levels: number, upstreams: Upstreams): Iterable<readonly string[]> {
  const aggregates = Object.entries(upstreams).flatMap(([name, { aggregate: children }]) =>
    children === undefined ? [] : [{ name, children }],
  )
  // One map for each number of further names: from a name to the next one on a way with that number.
  const next: Map<string, string>[] = []
  for (let level = 0; level < levels; level++) {
    const below = next.at(-1)
    const found = new Map<string, string>()
    for (const { name, children } of aggregates) {
      const child = children.find((one) =>
        below === undefined ? ownValue(upstreams, one) !== undefined : below.has(one),
      )
      if (child !== undefined) found.set(name, child)
    }
    next.push(found)
  }
  for (const first of next.at(-1)?.keys() ?? []) {
    const way = [first]
    for (const step of next.toReversed()) way.push(step.get(way.at(-1) ?? '') ?? '')
    yield way
  }
}
