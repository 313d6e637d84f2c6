// The desired state as the resources of one fleet, and where each of them comes from: pure, and equal for equal configs.

import type { Message } from '@bufbuild/protobuf'
import { formatSteps } from '../config/finding.ts'
import type { Config, Fleet, FleetLb, Listener, Upstream } from '../config/model.ts'
import { toCluster } from './cluster.ts'
import { toClusterLoadAssignment } from './endpoint.ts'
import { entryOf, sortedEntries } from './entry.ts'
import { toListener } from './listener.ts'
import { oncePerEntry } from './once-per-entry.ts'
import { toRouteConfiguration } from './route.ts'

/**
 * Where resources come from: the path in the document (`upstreams.echo`) by `TYPE_URL NAME`. It stays off the wire,
 * since metadata inside a listener would make Envoy replace the listener whenever an entry is renamed.
 */
export type Provenance = ReadonlyMap<string, string>

export interface Translation {
  readonly resources: readonly Message[]
  readonly provenance: Provenance
}

/** A resource, its name, and the steps to the entry that it is made from. */
interface Made {
  readonly resource: Message
  readonly name: string
  readonly from: readonly string[]
}

/**
 * Clusters, assignments, listeners and routes of a fleet; nothing that its listeners do not refer to.
 * Clusters are there for both halves of a listener: calls on a connection that still drains after a flip need theirs,
 * and a flip back finds them warm.
 * @param config a valid configuration that holds the fleet
 */
export function translate(config: Config, fleetName: string): Translation {
  const fleet = entryOf(config.fleets, fleetName)
  const made = [...fromUpstreams(config, fleet), ...fromListeners(config, fleetName, fleet)]
  return {
    resources: made.map(({ resource }) => resource),
    provenance: new Map(
      made.map(({ resource, name, from }) => [
        `type.googleapis.com/${resource.$typeName} ${name}`,
        formatSteps(from),
      ]),
    ),
  }
}

/** The resources alone, for who does not ask where they come from. */
export function translateFleet(config: Config, fleetName: string): readonly Message[] {
  return translate(config, fleetName).resources
}

const clusterOf = oncePerEntry((name, upstream: Upstream, lb: FleetLb) => toCluster(name, upstream, { lb }))
const assignmentOf = oncePerEntry((name, upstream: Upstream, _: undefined) =>
  toClusterLoadAssignment(name, upstream),
)

function fromUpstreams(config: Config, fleet: Fleet): Made[] {
  const used = new Set(Object.values(fleet.listeners).flatMap((listener) => upstreamsOf(config, listener)))
  const upstreams = sortedEntries(config.upstreams).filter(([name]) => used.has(name))
  return [
    ...upstreams.map(([name, upstream]) => ({
      resource: clusterOf(name, upstream, fleet.lb),
      name,
      from: ['upstreams', name],
    })),
    ...upstreams.map(([name, upstream]) => ({
      resource: assignmentOf(name, upstream, undefined),
      name,
      from: ['upstreams', name, 'endpoints'],
    })),
  ]
}

function fromListeners(config: Config, fleetName: string, fleet: Fleet): Made[] {
  const { mode } = fleet.lb
  const listeners = sortedEntries(fleet.listeners)
  return [
    ...listeners.map(([name, listener]) => ({
      resource: toListener(name, listener, mode),
      name,
      from: ['fleets', fleetName, 'listeners', name],
    })),
    ...listeners.flatMap(([name, { l7 }]) => {
      if (mode !== 'l7' || l7 === undefined) return []
      const resource = toRouteConfiguration(config, fleet, name, entryOf(config.routes, l7.routes))
      return [{ resource, name, from: ['routes', l7.routes] }]
    }),
  ]
}

function upstreamsOf({ routes }: Config, { l4, l7 }: Listener): string[] {
  const rules = l7 === undefined ? [] : Object.values(entryOf(routes, l7.routes).rules)
  return [...(l4 === undefined ? [] : [l4.upstream]), ...rules.flatMap(({ to }) => Object.keys(to))]
}
