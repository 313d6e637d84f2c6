// Prepares the next snapshot of a group from resources or from a change, and rejects it if it is invalid. Nothing is served yet.

import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { groupBy } from '../../core/group-by.ts'
import { EMPTY_LIST, memoize, type SharedList, shareItems } from '../../core/memo.ts'
import { canonicalNames, type ExternalNames, findDanglingReferences } from './consistency.ts'
import { describeResource, type Resource } from './resource.ts'
import {
  type ErrorsByType,
  keepEqualErrors,
  type ResourceError,
  rejectErrorsOfServed,
} from './resource-error.ts'
import { canonicalTypeUrl } from './resource-type.ts'
import { createContent, type Snapshot, type SnapshotContent } from './snapshot.ts'
import {
  changeTypeSnapshot,
  emptyTypeSnapshot,
  replaceTypeSnapshot,
  type TypeSnapshot,
} from './type-snapshot.ts'

/**
 * How a snapshot is versioned.
 *
 * @example
 * ```ts
 * import { CLUSTER, type VersionOptions } from 'switchyard'
 *
 * const options: VersionOptions = { version: { [CLUSTER]: 'release-7' } }
 * cache.setSnapshot('edge', [cluster, endpoints], options)
 * ```
 */
export interface VersionOptions {
  /**
   * The `version_info` (SotW) or `system_version_info` (delta) of all types, or of each type URL. Default: hashes of the content.
   */
  readonly version?: string | Readonly<Record<string, string>>
}

/**
 * How a snapshot is versioned, and why names are missing in it.
 *
 * @example
 * ```ts
 * import { LISTENER, type SnapshotOptions } from 'switchyard'
 *
 * const options: SnapshotOptions = {
 *   errors: [{ typeUrl: LISTENER, name: 'billing', code: 7, message: 'edge may not call billing' }],
 * }
 * cache.setSnapshot('edge', [cluster, endpoints], options)
 * ```
 */
export interface SnapshotOptions extends VersionOptions {
  /**
   * Why names are missing, for clients that read `resource_errors`. A name of the snapshot cannot have one. Default: none, and such
   * a client that asks for a missing name gets NOT_FOUND (`SnapshotCacheOptions.explainMissing`).
   */
  readonly errors?: Iterable<ResourceError>
}

/** What a snapshot is prepared for. */
export interface PrepareContext extends VersionOptions {
  readonly group: string
  /** What the group is served now. */
  readonly previous: Snapshot | undefined
  readonly consistency: 'off' | 'enforce'
  /** Names that clients have from elsewhere. */
  readonly external: ExternalNames
  /** Why names are missing. */
  readonly errors: ErrorsByType
}

/** A snapshot of these resources, and no others. */
export function prepareResources(resources: readonly Resource[], context: PrepareContext): SnapshotContent {
  // Groups with the same resources of a type share the list, and what is made of it.
  const byType = new Map(
    [...groupBy(resources, ({ typeUrl }) => typeUrl)].map(([typeUrl, list]) => [typeUrl, shareItems(list)]),
  )
  if ([...byType.values()].some(hasDuplicates)) rejectDuplicates(resources)
  const before = context.previous?.given ?? new Map<string, TypeSnapshot>()
  // A type that is left out now is emptied, so that its resources are removed at the nodes.
  for (const typeUrl of before.keys()) if (!byType.has(typeUrl)) byType.set(typeUrl, EMPTY_LIST)
  const types = [...byType].map(([typeUrl, list]) =>
    replaceTypeSnapshot(
      before.get(typeUrl) ?? emptyTypeSnapshot(typeUrl),
      list,
      versionFor(typeUrl, context),
    ),
  )
  return prepare(new Map(types.map((type) => [type.typeUrl, type])), context)
}

/** The previous snapshot with some resources added or replaced, and some removed. */
export function prepareChange(
  upserts: readonly Resource[],
  removals: readonly { readonly typeUrl: string; readonly name: string }[],
  context: PrepareContext,
): SnapshotContent {
  rejectDuplicates([...upserts, ...removals])
  const given = new Map(context.previous?.given)
  const upsertsOf = groupBy(upserts, ({ typeUrl }) => typeUrl)
  const removalsOf = groupBy(removals, ({ typeUrl }) => typeUrl)
  for (const typeUrl of new Set([...upsertsOf.keys(), ...removalsOf.keys()])) {
    const before = given.get(typeUrl) ?? emptyTypeSnapshot(typeUrl)
    const names = (removalsOf.get(typeUrl) ?? []).map(({ name }) => name)
    const changes = { upserts: upsertsOf.get(typeUrl) ?? [], removals: names }
    const type = changeTypeSnapshot(before, changes, versionFor(typeUrl, context))
    if (type.resources.size > 0 || given.has(typeUrl)) given.set(typeUrl, type)
  }
  return prepare(given, context)
}

/** Compares the given types: the served types are derived from them. */
export function isSameContent(a: SnapshotContent, b: SnapshotContent): boolean {
  return (
    a.errors === b.errors &&
    a.given.size === b.given.size &&
    [...a.given].every(([typeUrl, type]) => b.given.get(typeUrl) === type)
  )
}

function prepare(
  given: ReadonlyMap<string, TypeSnapshot>,
  { group, previous, consistency, external, errors: givenErrors }: PrepareContext,
): SnapshotContent {
  rejectReusedVersions(given, previous)
  const snapshot = createContent(group, given, previous)
  rejectErrorsOfServed(givenErrors, snapshot.types)
  if (consistency === 'enforce') rejectDanglingReferences(snapshot, external)
  const errors = keepEqualErrors(previous?.errors, givenErrors)
  return {
    ...snapshot,
    ...(Object.keys(external).length > 0 && { external: canonicalNames(external) }),
    ...(errors && { errors }),
  }
}

function versionFor(typeUrl: string, { version = {} }: VersionOptions): string | undefined {
  if (typeof version === 'string') return version
  return Object.entries(version).find(([given]) => canonicalTypeUrl(given) === typeUrl)?.[1]
}

const hasDuplicates = memoize(
  (resources: SharedList<Resource>) => new Set(resources.map(({ name }) => name)).size < resources.length,
)

function rejectDuplicates(resources: readonly Pick<Resource, 'typeUrl' | 'name'>[]): void {
  const firsts = new Map<string, number>()
  const problems: Problem[] = []
  for (const [index, resource] of resources.entries()) {
    const key = `${resource.typeUrl} ${resource.name}`
    const first = firsts.get(key)
    if (first === undefined) {
      firsts.set(key, index)
    } else {
      const message = `${describeResource(resource)} is also at resources[${first}]: give each resource of a type its own name`
      problems.push({ path: `resources[${index}]`, message })
    }
  }
  if (problems.length > 0) {
    const message = 'two resources of one type have the same name, so nothing was changed'
    throw new SwitchyardError('duplicate-resource', message, { problems })
  }
}

/** To a client, equal versions mean equal content. So a version that is served cannot get other content. */
function rejectReusedVersions(
  given: ReadonlyMap<string, TypeSnapshot>,
  previous: Snapshot | undefined,
): void {
  const problems: Problem[] = []
  for (const { typeUrl, version, contentVersion } of given.values()) {
    const before = previous?.given.get(typeUrl) ?? emptyTypeSnapshot(typeUrl)
    if (before.version === version && before.contentVersion !== contentVersion) {
      problems.push({
        path: typeUrl,
        message: `version "${version}" is already served with other content: set a new version, or none`,
      })
    }
  }
  if (problems.length > 0) {
    const message = 'a version is used for two contents, so nothing was changed'
    throw new SwitchyardError('version-reused', message, { problems })
  }
}

function rejectDanglingReferences(snapshot: SnapshotContent, external: ExternalNames): void {
  const problems = findDanglingReferences(snapshot, { external })
  if (problems.length > 0) {
    throw new SwitchyardError(
      'inconsistent-snapshot',
      `the snapshot of "${snapshot.group}" is inconsistent, so nothing was changed`,
      { problems },
    )
  }
}
