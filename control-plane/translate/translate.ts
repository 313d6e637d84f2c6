// The desired state as the resources of one fleet: pure, and equal for equal configs.

import type { Message } from '@bufbuild/protobuf'
import { type Config, type Listener, lbOf } from '../config/model.ts'
import { toCluster } from './cluster.ts'
import { toClusterLoadAssignment } from './endpoint.ts'
import { entryOf, sortedEntries } from './entry.ts'
import { toListener } from './listener.ts'
import { toRouteConfiguration } from './route.ts'

/**
 * Clusters, assignments, listeners and routes of a fleet; nothing that its listeners do not refer to.
 * Clusters are there for both halves of a listener: calls on a connection that still drains after a flip need theirs,
 * and a flip back finds them warm.
 * @param config a valid configuration that holds the fleet
 */
export function translateFleet(config: Config, fleetName: string): readonly Message[] {
  const fleet = entryOf(config.fleets, fleetName)
  const { mode } = fleet.lb
  const listeners = sortedEntries(fleet.listeners)
  const used = new Set(listeners.flatMap(([, listener]) => upstreamsOf(config, listener)))
  const upstreams = sortedEntries(config.upstreams).filter(([name]) => used.has(name))
  return [
    ...upstreams.map(([name, upstream]) => toCluster(name, lbOf(fleet, upstream))),
    ...upstreams.map(([name, upstream]) => toClusterLoadAssignment(name, upstream)),
    ...listeners.map(([name, listener]) => toListener(name, listener, mode)),
    ...listeners.flatMap(([name, { l7 }]) =>
      mode === 'l7' && l7 !== undefined
        ? [toRouteConfiguration(config, fleet, name, entryOf(config.routes, l7.routes))]
        : [],
    ),
  ]
}

function upstreamsOf({ routes }: Config, { l4, l7 }: Listener): string[] {
  const rules = l7 === undefined ? [] : Object.values(entryOf(routes, l7.routes).rules)
  return [...(l4 === undefined ? [] : [l4.upstream]), ...rules.flatMap(({ to }) => Object.keys(to))]
}
