// The desired state as the resources of one fleet, and where each of them comes from: pure, and equal for equal configs.

import type { Message } from '@bufbuild/protobuf'
import { memoizeEntry } from '../../core/memo.ts'
import type { Config, Fleet, FleetLb, Listener, Upstream } from '../document/model.ts'
import { formatSteps } from '../document/problem.ts'
import type { SecretBytesByName } from '../sources/secrets/secret-bytes.ts'
import { writtenChecks } from '../switches/http-filters.ts'
import { secretsInUse } from '../switches/tls.ts'
import { toCluster } from './cluster.ts'
import { toClusterLoadAssignment } from './endpoint.ts'
import { entryOf, sortedEntries } from './entry.ts'
import { toListener } from './listener.ts'
import { toRouteConfiguration } from './route.ts'
import { secretName, toSecret } from './secret.ts'

/**
 * Where resources come from: the path in the document (`upstreams.echo`) by `TYPE_URL NAME`. It stays off the wire,
 * since metadata inside a listener would make Envoy replace the listener whenever an entry is renamed.
 */
export type Provenance = ReadonlyMap<string, string>

export interface Translation {
  readonly resources: readonly Message[]
  /** Made when it is first asked for, which is when something is refused. */
  readonly provenance: Provenance
}

type NamedUpstream = readonly [name: string, upstream: Upstream]

/** A resource, its name, and the steps to the entry that it is made from. */
interface Made {
  readonly resource: Message
  readonly name: string
  readonly from: readonly string[]
}

/**
 * Secrets, clusters, assignments, listeners and routes of a fleet; nothing that its listeners do not refer to.
 * Clusters are there for both halves of a listener: calls on a connection that still drains after a flip need theirs,
 * and a flip back finds them warm.
 * @param config a valid configuration that holds the fleet
 * @param secretBytes what is in the files of the secrets that something uses
 */
export function translate(
  config: Config,
  fleetName: string,
  secretBytes: SecretBytesByName = new Map(),
): Translation {
  const fleet = entryOf(config.fleets, fleetName)
  const upstreams = usedUpstreams(config, fleet)
  const made = [
    ...fromSecrets(fleet, upstreams, secretBytes),
    ...fromUpstreams(fleet, upstreams),
    ...fromListeners(config, fleetName, fleet),
  ]
  let provenance: Provenance | undefined
  return {
    resources: made.map(({ resource }) => resource),
    get provenance() {
      provenance ??= provenanceOf(made)
      return provenance
    },
  }
}

function provenanceOf(made: readonly Made[]): Provenance {
  return new Map(
    made.map(({ resource, name, from }) => [
      `type.googleapis.com/${resource.$typeName} ${name}`,
      formatSteps(from),
    ]),
  )
}

/** The resources alone, for who does not ask where they come from. */
export function translateFleet(
  config: Config,
  fleetName: string,
  secretBytes?: SecretBytesByName,
): readonly Message[] {
  return translate(config, fleetName, secretBytes).resources
}

/** Of switches that are on: what is off needs no key on any Envoy. */
function fromSecrets(
  fleet: Fleet,
  upstreams: readonly NamedUpstream[],
  secretBytes: SecretBytesByName,
): Made[] {
  const named = secretsInUse([...Object.values(fleet.listeners), ...upstreams.map(([, one]) => one)])
  const byName = Object.fromEntries(named.map((one) => [secretName(one.secret, one.part), one]))
  return sortedEntries(byName).map(([name, { secret, part }]) => ({
    resource: toSecret(secret, part, secretBytes.get(secret)),
    name,
    from: ['secrets', secret],
  }))
}

function usedUpstreams(config: Config, fleet: Fleet): readonly NamedUpstream[] {
  const used = new Set([
    ...Object.values(fleet.listeners).flatMap((listener) => upstreamsOf(config, listener)),
    ...upstreamsOfChecks(config, fleet),
  ])
  return sortedEntries(config.upstreams).filter(([name]) => used.has(name))
}

const clusterOf = memoizeEntry((name, upstream: Upstream, lb: FleetLb) => toCluster(name, upstream, { lb }))
const assignmentOf = memoizeEntry((name, upstream: Upstream, _: undefined) =>
  toClusterLoadAssignment(name, upstream),
)

function fromUpstreams(fleet: Fleet, upstreams: readonly NamedUpstream[]): Made[] {
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
      resource: toListener(name, listener, fleet, config),
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

/** Of checks that are off too: turned on, they find their upstreams warm. */
function upstreamsOfChecks({ jwt = {} }: Config, { security }: Fleet): string[] {
  return writtenChecks(security)
    .flatMap(({ check, settings }) => check.references(settings))
    .flatMap(({ to, name }) => (to === 'upstreams' ? name : (entryOf(jwt, name).jwks.upstream ?? [])))
}
