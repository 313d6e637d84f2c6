// The desired state as the resources of one fleet, and where each of them comes from: pure, and equal for equal configs.

import type { Message } from '@bufbuild/protobuf'
import { SwitchyardError } from '../../core/errors.ts'
import { memoizeByText, memoizeEntry, memoizePair, shareEqual } from '../../core/memo.ts'
import { type ConfiguredSwitch, secretsUsedBy, switchesReachedBy } from '../document/configured-switches.ts'
import { leavesOf } from '../document/leaves.ts'
import {
  type BalancingFleet,
  type Config,
  certificateProviderOf,
  type EnvoyFleet,
  type Fleet,
  hasAssignment,
  type LbSettings,
  type Listener,
  modeOf,
  type ProxylessFleet,
  routeNamesOf,
  type ServerFleet,
  type Upstream,
} from '../document/model.ts'
import { formatSteps, type PlacedProblem, throwProblems } from '../document/problem.ts'
import { NO_SOURCED, type SourcedEndpoints, withSourced } from '../sources/endpoints/merge-endpoints.ts'
import { filesNamedBy } from '../sources/files/file-store.ts'
import type { SecretBytesByName } from '../sources/secrets/secret-bytes.ts'
import type { FleetKind, FleetSwitch, GrpcFleetContext } from '../switches/attach-points.ts'
import { secretName } from '../switches/secret-name.ts'
import { type FileContents, NO_FILES } from '../switches/setting-file.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { toApiListener } from './api-listener.ts'
import { nameUnder, underAuthority } from './authority.ts'
import { toCluster } from './cluster.ts'
import { hasMarks, withMarks } from './content-marks.ts'
import { toClusterLoadAssignment } from './endpoint.ts'
import { entryOf, sortedEntries } from './entry.ts'
import { toGrpcCluster } from './grpc-cluster.ts'
import { toListener } from './listener.ts'
import { type AppliedPatch, type Patched, patchFleet } from './patches/patch-fleet.ts'
import { toRouteConfiguration } from './route.ts'
import { toSecret } from './secret.ts'
import { toServerListener } from './server-listener.ts'
import { sharedLb } from './shared-lb.ts'

/**
 * Where resources come from: the path in the document (`upstreams.echo`) by `TYPE_URL NAME`. It stays off the wire,
 * since metadata inside a listener would make Envoy replace the listener whenever an entry is renamed.
 */
export type Provenance = ReadonlyMap<string, string>

export interface Translation {
  readonly resources: readonly Message[]
  /** Computed on first use, which is after a NACK. */
  readonly provenance: Provenance
  /** What patches changed, by `TYPE_URL NAME`, for resources with patches only. */
  readonly patches: ReadonlyMap<string, readonly AppliedPatch[]>
}

type NamedUpstream = readonly [name: string, upstream: Upstream]

/** A resource, its name, the steps to the entry that it is made from, and what patches changed of it. */
type Made = Patched

/** Translates with some lists of switches; it keeps what it made of entries that have not changed since. */
export function createTranslator(switches: Switches) {
  return translatorOf(createParts(switches))
}

function translatorOf(parts: Parts) {
  return (
    config: Config,
    fleetName: string,
    secretBytes: SecretBytesByName = new Map(),
    files: FileContents = NO_FILES,
    endpoints: SourcedEndpoints = NO_SOURCED,
  ): Translation => {
    const fleet = entryOf(config.fleets, fleetName)
    const made = madeFor(parts, config, fleetName, fleet, { secretBytes, files, endpoints })
    let provenance: Provenance | undefined
    return {
      resources: made.map(({ resource }) => resource),
      get provenance() {
        provenance ??= provenanceOf(made)
        return provenance
      },
      patches: new Map(made.flatMap((one) => (one.patches ? [[keyOf(one), one.patches] as const] : []))),
    }
  }
}

const STANDARD = createParts(SWITCHES)

/**
 * Secrets, clusters, assignments, listeners and routes of a fleet; nothing that its listeners do not refer to.
 * Clusters are there for both halves of a listener: calls on a connection that still drains after a flip need theirs, and a flip
 * back finds them warm.
 * @param config a valid configuration that holds the fleet
 * @param secretBytes what is in the files of the secrets that something uses
 * @param files what is in the files that switches name
 * @param endpoints what the sources of endpoints give
 */
export const translate = translatorOf(STANDARD)

/** All files that a configuration names, without content: to translate where nobody may read them. */
export function unreadFiles(config: Config): FileContents {
  return new Map(filesNamedBy(config).map(({ file }) => [file, new Uint8Array()]))
}

/** What keeps the patches of a valid configuration from being applied. `translate` throws it. */
export function findPatchProblems(config: Config): readonly PlacedProblem[] {
  return Object.entries(config.fleets).flatMap(([fleetName, fleet]) => {
    if (fleet.kind !== 'envoy' || fleet.patches === undefined) return []
    const made = madeOfSwitches(STANDARD, config, fleetName, fleet, {
      secretBytes: new Map(),
      files: unreadFiles(config),
      endpoints: NO_SOURCED,
    })
    return patchFleet(made, { config, fleetName, fleet }).problems
  })
}

/** What is beside the document. */
interface Sources {
  readonly secretBytes: SecretBytesByName
  readonly files: FileContents
  readonly endpoints: SourcedEndpoints
}

/** What a fleet gets depends on what its clients are. */
function madeFor(
  parts: Parts,
  config: Config,
  fleetName: string,
  fleet: Fleet,
  sources: Sources,
): readonly Made[] {
  switch (fleet.kind) {
    case 'envoy':
      return madeForEnvoys(parts, config, fleetName, fleet, sources)
    case 'proxyless':
      return madeForGrpcClients(parts, config, fleetName, fleet, sources)
    case 'grpc-server':
      return fromServerListeners(parts, fleetName, fleet)
    default:
      throw unknownKind(fleetName, fleet)
  }
}

function unknownKind(fleetName: string, fleet: never): SwitchyardError {
  const { kind } = fleet as Fleet
  return new SwitchyardError(
    'internal',
    `fleet "${fleetName}" has the kind "${kind}", which translation does not know`,
  )
}

function madeForEnvoys(
  parts: Parts,
  config: Config,
  fleetName: string,
  fleet: EnvoyFleet,
  sources: Sources,
): readonly Made[] {
  const made = madeOfSwitches(parts, config, fleetName, fleet, sources)
  const { patched, problems } = patchFleet(made, { config, fleetName, fleet })
  if (problems.length > 0) throwProblems(problems, 'the patches of a fleet cannot be applied')
  if (!hasMarks(fleet)) return patched
  return patched.map((one) => ({ ...one, resource: withMarks(one.resource) }))
}

function madeOfSwitches(
  parts: Parts,
  config: Config,
  fleetName: string,
  fleet: EnvoyFleet,
  { secretBytes, files, endpoints }: Sources,
): readonly Made[] {
  const { configured, upstreams: reached } = switchesReachedBy(config, fleetName, fleet, parts.switches)
  const upstreams = reachedUpstreams(config.upstreams, reached)
  return [
    ...fromSecrets(configured, secretBytes),
    ...parts.clusters(upstreams, sharedLb(fleet.lb)),
    ...parts.assignments(upstreams, endpoints),
    ...fromListeners(parts, config, fleetName, fleet, files),
    ...configured.flatMap(fromSwitch),
  ]
}

/** Certificates come from the clients' own certificate providers, so there are no secrets. */
function madeForGrpcClients(
  parts: Parts,
  config: Config,
  fleetName: string,
  fleet: ProxylessFleet,
  { endpoints }: Sources,
): readonly Made[] {
  const { upstreams: reached } = switchesReachedBy(config, fleetName, fleet, parts.switches)
  const upstreams = reachedUpstreams(config.upstreams, reached)
  const made = [
    ...parts.grpcClusters(
      upstreams,
      shareEqual({ lb: sharedLb(fleet.lb), certificateProvider: certificateProviderOf(fleet) }),
    ),
    ...parts.grpcAssignments(upstreams, endpoints),
    ...fromProxylessListeners(parts, config, fleetName, fleet),
  ]
  const { authority } = fleet
  if (authority === undefined) return made
  return made.map(({ resource, name, from }) => ({
    resource: underAuthority(resource, authority),
    name: nameUnder(authority, resource.$typeName, name),
    from,
  }))
}

function provenanceOf(made: readonly Made[]): Provenance {
  return new Map(made.map((one) => [keyOf(one), formatSteps(one.from)]))
}

function keyOf({ resource, name }: Made): string {
  return `type.googleapis.com/${resource.$typeName} ${name}`
}

/** The resources alone. */
export function translateFleet(
  config: Config,
  fleetName: string,
  secretBytes?: SecretBytesByName,
  files?: FileContents,
): readonly Message[] {
  return translate(config, fleetName, secretBytes, files).resources
}

function fromSecrets(configured: readonly ConfiguredSwitch[], secretBytes: SecretBytesByName): Made[] {
  const byName = Object.fromEntries(
    secretsUsedBy(configured).map((one) => [secretName(one.secret, one.part), one]),
  )
  return sortedEntries(byName).map(([name, { secret, part }]) => ({
    resource: toSecret(secret, part, secretBytes.get(secret)),
    name,
    from: ['secrets', secret],
  }))
}

type Parts = ReturnType<typeof createParts>

/** What the clusters of a fleet of gRPC clients depend on. Fleets with equal settings share the object. */
type GrpcFleet = { readonly lb: LbSettings } & GrpcFleetContext

/** Clusters and assignments by the entries that they are made from, one by one and all together. */
function createParts(switches: Switches) {
  const clusterOf = memoizeEntry((name, upstream: Upstream, lb: LbSettings) =>
    toCluster(name, upstream, { lb }, switches),
  )
  const assignmentsFor = (kind: FleetKind) => {
    const assignmentOf = memoizeByText((upstream: Upstream, name) =>
      toClusterLoadAssignment(name, upstream, switches, kind),
    )
    return memoizePair((upstreams: readonly NamedUpstream[], sourced: SourcedEndpoints): Made[] =>
      upstreams
        .filter(([, upstream]) => hasAssignment(upstream))
        .map(([name, upstream]) => ({
          resource: assignmentOf(withSourced(name, upstream, sourced), name),
          name,
          from: ['upstreams', name, upstream.endpointsFrom === undefined ? 'endpoints' : 'endpointsFrom'],
        })),
    )
  }
  return {
    switches,
    clusters: manyClusters((name, upstream, lb: LbSettings) => clusterOf(name, upstream, upstream.lb ?? lb)),
    assignments: assignmentsFor('envoy'),
    grpcClusters: manyClusters(
      memoizeEntry((name, upstream: Upstream, fleet: GrpcFleet) =>
        toGrpcCluster(name, upstream, fleet, switches),
      ),
    ),
    grpcAssignments: assignmentsFor('proxyless'),
  }
}

/** The clusters of a list of upstreams for a fleet; all at once for fleets that share the list and the settings. */
function manyClusters<OfFleet extends WeakKey>(
  clusterOf: (name: string, upstream: Upstream, fleet: OfFleet) => Message,
) {
  return memoizePair((upstreams: readonly NamedUpstream[], fleet: OfFleet): Made[] =>
    upstreams.map(([name, upstream]) => ({
      resource: clusterOf(name, upstream, fleet),
      name,
      from: ['upstreams', name],
    })),
  )
}

/** In order. Fleets that reach the same upstreams share the list. */
const reachedUpstreams = memoizePair((all: Config['upstreams'], reached: ReadonlySet<string>) =>
  sortedEntries(all)
    .filter(([name]) => reached.has(name))
    .map(([name, upstream]): NamedUpstream => [name, flatten(all, upstream)]),
)

/** An aggregate in an aggregate has no endpoints for Envoy (seen with 1.40), so each gets the names of those that have some. */
function flatten(all: Config['upstreams'], upstream: Upstream): Upstream {
  const { aggregate } = upstream
  if (!aggregate?.some((name) => entryOf(all, name).aggregate !== undefined)) return upstream
  return { ...upstream, aggregate: [...new Set(aggregate.flatMap((name) => leavesOf(all, name)))] }
}

function fromProxylessListeners(
  { switches }: Parts,
  config: Config,
  fleetName: string,
  fleet: ProxylessFleet,
): Made[] {
  const listeners = sortedEntries(fleet.listeners)
  return [
    ...listeners.map(([name, listener]) => ({
      resource: toApiListener(name, listener, fleet, switches),
      name,
      from: ['fleets', fleetName, 'listeners', name],
    })),
    ...listeners.map(([name, listener]) => fromRoutes(config, fleetName, fleet, name, listener, switches)),
  ]
}

function fromServerListeners({ switches }: Parts, fleetName: string, fleet: ServerFleet): Made[] {
  return sortedEntries(fleet.listeners).map(([name, listener]) => {
    const resource = toServerListener(listener, fleet, switches)
    return { resource, name: resource.name, from: ['fleets', fleetName, 'listeners', name] }
  })
}

function fromRoutes(
  config: Config,
  fleetName: string,
  fleet: BalancingFleet,
  name: string,
  listener: Pick<Listener, 'l7'>,
  switches: Switches,
  files?: FileContents,
): Made {
  const routes = routeNamesOf(listener)
  const resource = toRouteConfiguration(config, fleet, name, routes, switches, files)
  const [only] = routes
  const several = ['fleets', fleetName, 'listeners', name, 'l7', 'routes']
  return { resource, name, from: only !== undefined && routes.length === 1 ? ['routes', only] : several }
}

function fromListeners(
  { switches }: Parts,
  config: Config,
  fleetName: string,
  fleet: EnvoyFleet,
  files: FileContents,
): Made[] {
  const listeners = sortedEntries(fleet.listeners)
  return [
    ...listeners.map(([name, listener]) => ({
      resource: toListener(name, listener, fleet, config, switches, files),
      name,
      from: ['fleets', fleetName, 'listeners', name],
    })),
    ...listeners.flatMap(([name, listener]) => {
      if (modeOf(fleet, listener) !== 'l7') return []
      return [fromRoutes(config, fleetName, fleet, name, listener, switches, files)]
    }),
  ]
}

/** Resources of a switch's own. A switch that is off needs none. */
function fromSwitch({ steps, declared, settings }: ConfiguredSwitch): Made[] {
  const { resources } = declared as Pick<FleetSwitch, 'resources'>
  if (resources === undefined || (settings as { readonly enabled?: boolean }).enabled === false) return []
  return resources(settings).map((one) => ({ ...one, from: steps }))
}
