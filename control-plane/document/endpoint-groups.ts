// The endpoints of an upstream by priority and locality. Validation and translation use the same groups.

import type { EndpointGroup } from '../switches/attach-points.ts'
import { localityKey } from '../switches/locality.ts'
import type { Endpoint, Upstream } from './model.ts'

/** A group with its endpoints, in the order of their names. It has at least one. */
export interface GroupOfEndpoints extends EndpointGroup {
  readonly endpoints: readonly Endpoint[]
}

/** In the order of priorities and localities, whatever the order of the document is. */
export function groupsOf({ endpoints = {} }: Pick<Upstream, 'endpoints'>): readonly GroupOfEndpoints[] {
  const all = Object.entries(endpoints)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one)
  return [...Map.groupBy(all, keyOf)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const { locality, priority = 0 } = group[0] ?? {}
      return {
        ...(locality && { locality }),
        priority,
        weight: weightOf(group),
        endpoints: group,
      }
    })
}

/**
 * Whether the endpoints are in localities. If none has one, Envoy need not weigh them. Those of a source may be in some at any time,
 * and the cluster must not change for that.
 */
export function hasLocalities({
  endpoints = {},
  endpointsFrom,
}: Pick<Upstream, 'endpoints' | 'endpointsFrom'>): boolean {
  if (endpointsFrom !== undefined) return true
  return Object.values(endpoints).some(({ locality }) => locality !== undefined)
}

function keyOf({ priority = 0, locality = {} }: Endpoint): string {
  return `${String(priority).padStart(3, '0')} ${localityKey(locality)}`
}

/** Draining endpoints get no new calls, so the locality gets none for them. If all of them drain, there is nobody to choose. */
function weightOf(endpoints: readonly Endpoint[]): number {
  const active = endpoints.filter(({ state }) => state !== 'draining')
  const counted = active.length === 0 ? endpoints : active
  return counted.reduce((sum, { weight = 1 }) => sum + weight, 0)
}
