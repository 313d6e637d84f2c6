// The endpoints of an upstream: those of the document, and those of its source beside them.

import { memoizePair } from '../../../core/memo.ts'
import type { Config, Endpoint, Upstream } from '../../document/model.ts'

/** By their names. */
export type Endpoints = Readonly<Record<string, Endpoint>>

/** What sources give, by the names of upstreams. An upstream whose endpoints are as before has the object from before. */
export type SourcedEndpoints = ReadonlyMap<string, Endpoints>

export const NO_SOURCED: SourcedEndpoints = new Map()

/** An endpoint of a source that is not served, because its name or its address is taken. */
export interface Shadowed {
  readonly id: string
  /** The name of the endpoint that is served. */
  readonly by: string
  readonly what: 'name' | 'address'
}

export interface Merged {
  readonly upstream: Upstream
  /** The names of the source's endpoints that are served. */
  readonly served: ReadonlySet<string>
  readonly shadowed: readonly Shadowed[]
}

/** The upstream as it is served: the same object if nothing feeds it. */
export function withSourced(name: string, upstream: Upstream, sourced: SourcedEndpoints): Upstream {
  if (upstream.endpointsFrom === undefined) return upstream
  return mergeEndpoints(upstream, sourced.get(name) ?? NONE).upstream
}

const NONE: Endpoints = {}

/**
 * The document comes first, then the source in the order of names: clients reject or ignore an address that is there twice.
 * Priorities are ranked: gRPC clients reject an assignment with a gap, which an endpoint that leaves may open.
 */
export const mergeEndpoints = memoizePair((upstream: Upstream, sourced: Endpoints): Merged => {
  const own = upstream.endpoints ?? {}
  const all = new Map(Object.entries(own))
  const idAt = new Map([...all].flatMap(([id, one]) => addressesOf(one).map((address) => [address, id])))
  const shadowed: Shadowed[] = []
  const served = new Set<string>()
  for (const [id, endpoint] of Object.entries(sourced).toSorted(byName)) {
    const twin = addressesOf(endpoint).map((address) => idAt.get(address))
    const by = all.has(id) ? id : twin.find((other) => other !== undefined)
    if (by !== undefined) {
      shadowed.push({ id, by, what: by === id ? 'name' : 'address' })
      continue
    }
    all.set(id, endpoint)
    served.add(id)
    for (const address of addressesOf(endpoint)) idAt.set(address, id)
  }
  return { upstream: { ...upstream, endpoints: rank(all) }, served, shadowed }
})

/** The document with all endpoints that are served. */
export const effectiveConfig = memoizePair((config: Config, sourced: SourcedEndpoints): Config => {
  if (sourced.size === 0) return config
  const upstreams = Object.entries(config.upstreams).map(
    ([name, one]) => [name, withSourced(name, one, sourced)] as const,
  )
  return { ...config, upstreams: Object.fromEntries(upstreams) }
})

function addressesOf({ address, additionalAddresses = [] }: Endpoint): readonly string[] {
  return [address, ...additionalAddresses]
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

/** The first priority that is there becomes 0, the next one 1, and so on. */
function rank(all: ReadonlyMap<string, Endpoint>): Endpoints {
  const used = [...new Set([...all.values()].map(({ priority = 0 }) => priority))].toSorted((a, b) => a - b)
  if (used.every((priority, index) => priority === index)) return Object.fromEntries(all)
  return Object.fromEntries(
    [...all].map(([id, one]) => [id, { ...one, priority: used.indexOf(one.priority ?? 0) }]),
  )
}
