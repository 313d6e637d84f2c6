// Priorities without a gap, and weights of localities that are there: what Envoy would misread and gRPC clients reject.

import { memoizeByText } from '../../../core/memo.ts'
import { formatLocality, localityKey } from '../../switches/locality.ts'
import { weightOf } from '../../switches/locality-weights.ts'
import { type GroupOfEndpoints, groupsOf } from '../endpoint-groups.ts'
import type { Config, Upstream } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'

/** The weights of a priority are added in 32 bits. */
const MAX_WEIGHT = 2 ** 32 - 1

export function* checkLocalities({ upstreams }: Config): Iterable<PlacedProblem> {
  for (const [name, upstream] of Object.entries(upstreams)) yield* problemsOf(upstream, name)
}

/** A write leaves most upstreams as they are. */
const problemsOf = memoizeByText((upstream: Upstream, name): readonly PlacedProblem[] => {
  const steps = ['upstreams', name]
  const groups = groupsOf(upstream)
  return [
    ...checkGaps(steps, upstream),
    ...checkEntries(steps, upstream, groups),
    ...checkSums(steps, upstream, groups),
    ...checkZoneAware(steps, upstream),
  ]
})

/** https://github.com/grpc/grpc/blob/master/src/core/xds/grpc/xds_endpoint_parser.cc rejects "sparse priority list". */
function* checkGaps(
  steps: readonly string[],
  { endpoints = {}, endpointsFrom }: Upstream,
): Iterable<PlacedProblem> {
  // The source may fill the gap, and gaps are closed when its endpoints are served.
  if (endpointsFrom !== undefined) return
  const used = new Set(Object.values(endpoints).map(({ priority = 0 }) => priority))
  for (const [id, { priority = 0 }] of Object.entries(endpoints)) {
    const missing = firstMissing(used, priority)
    if (missing === undefined) continue
    yield {
      steps: [...steps, 'endpoints', id, 'priority'],
      message: `is ${priority}, and no endpoint of ${formatSteps(steps)} has the priority ${missing}: gRPC clients reject gaps, so write ${missing}`,
    }
  }
}

function firstMissing(used: ReadonlySet<number>, below: number): number | undefined {
  for (let priority = 0; priority < below; priority++) if (!used.has(priority)) return priority
  return undefined
}

function* checkEntries(
  steps: readonly string[],
  { localities = {}, endpointsFrom }: Upstream,
  groups: readonly GroupOfEndpoints[],
): Iterable<PlacedProblem> {
  const keys = new Set(groups.flatMap(({ locality }) => (locality ? [localityKey(locality)] : [])))
  const known = [...new Set(groups.flatMap(({ locality }) => (locality ? [formatLocality(locality)] : [])))]
  const nameOf = new Map<string, string>()
  for (const [name, locality] of Object.entries(localities)) {
    const at = [...steps, 'localities', name]
    const key = localityKey(locality)
    const twin = nameOf.get(key)
    if (twin !== undefined) yield { steps: at, message: `is the same locality as ${twin}: remove one` }
    nameOf.set(key, name)
    if (keys.has(key) || endpointsFrom !== undefined) continue
    const there =
      known.length === 0 ? 'give endpoints a locality' : `the endpoints are in ${known.join(', ')}`
    yield { steps: at, message: `no endpoint is in ${formatLocality(locality)}: ${there}` }
  }
}

function* checkSums(
  steps: readonly string[],
  { localities = {} }: Upstream,
  groups: readonly GroupOfEndpoints[],
): Iterable<PlacedProblem> {
  for (const [priority, ofPriority] of Map.groupBy(groups, (group) => group.priority)) {
    const sum = ofPriority.reduce((total, group) => total + weightOf(localities, group), 0)
    if (sum === 0) {
      yield {
        steps: [...steps, 'localities'],
        message: `all localities with endpoints of priority ${priority} have the weight 0, so calls would go nowhere: give one a weight above 0`,
      }
    }
    const heaviest = Math.max(sum, ...ofPriority.map(({ weight }) => weight))
    if (heaviest > MAX_WEIGHT) {
      yield {
        steps: [...steps, 'endpoints'],
        message: `the weights of priority ${priority} add up to ${heaviest}, and clients accept ${MAX_WEIGHT} at most: write smaller weights`,
      }
    }
  }
}

/** Of a fleet's zone awareness, the weights of an upstream are the exception. Beside its own, they contradict it. */
function* checkZoneAware(
  steps: readonly string[],
  { lb, localities = {} }: Upstream,
): Iterable<PlacedProblem> {
  const isAware = lb !== undefined && 'zoneAware' in lb && lb.zoneAware?.enabled
  if (!isAware || Object.keys(localities).length === 0) return
  yield {
    steps: [...steps, 'lb', 'zoneAware'],
    message: `contradicts ${formatSteps([...steps, 'localities'])}: Envoy keeps calls near or weighs localities, so remove one of the two`,
  }
}
