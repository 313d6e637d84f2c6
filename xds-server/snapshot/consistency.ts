// Finds dangling references: config that no client could put into effect.

import type { Problem } from '../../core/errors.ts'
import { memoize } from '../../core/memo.ts'
import { type Check, rejectProblems, valueWhere } from '../../core/option-checks.ts'
import { ANY_NAME, type Reference, type ResourceReference } from './references.ts'
import { describeResource } from './resource.ts'
import { canonicalTypeUrl, describeType } from './resource-type.ts'
import { namesNeeded, type SnapshotContent, typeIn } from './snapshot.ts'
import { absentAmong, type TypeSnapshot } from './type-snapshot.ts'
import { byTypeUrl } from './type-url-checks.ts'
import { canonicalName, collectionOf, everythingOfItsAuthority } from './xdstp-name.ts'

/**
 * Names of resources that clients do not get from this server, by type URL: static clusters and secrets of the bootstrap, or the
 * resources of another xDS server. `{ [CLUSTER]: ['xds_cluster'] }`. The name of a glob collection stands for its resources, and
 * `xdstp://AUTHORITY/*` for all names of an authority that another server has.
 *
 * @example
 * ```ts
 * import { CLUSTER, type ExternalNames, SECRET } from 'switchyard'
 *
 * const external: ExternalNames = { [CLUSTER]: ['xds_cluster'], [SECRET]: ['bootstrap-ca'] }
 * ```
 */
export type ExternalNames = Readonly<Record<string, readonly string[]>>

export const EXTERNAL_NAMES: Check = byTypeUrl(
  valueWhere(
    (names) => Array.isArray(names) && names.every((name) => typeof name === 'string'),
    'a list of names',
  ),
)

/** The same by the type URLs that xDS uses, and each name in its one spelling. */
export const canonicalNames = memoize((external: ExternalNames): ExternalNames => {
  rejectProblems('external is invalid', EXTERNAL_NAMES(external, 'external'))
  return Object.fromEntries(
    Object.entries(external).map(([typeUrl, names]) => [canonicalTypeUrl(typeUrl), names.map(canonicalName)]),
  )
})

/** Whether clients have the name from elsewhere: it is listed, or its glob collection is, or its authority. */
export function isExternal(external: ExternalNames | undefined, typeUrl: string, name: string): boolean {
  const names = external?.[typeUrl]
  if (names === undefined) return false
  return [name, collectionOf(name), everythingOfItsAuthority(name)].some(
    (one) => one !== undefined && names.includes(one),
  )
}

/**
 * The options of `findDanglingReferences`.
 *
 * @example
 * ```ts
 * import { CLUSTER, type ConsistencyOptions } from 'switchyard'
 *
 * const options: ConsistencyOptions = { external: { [CLUSTER]: ['xds_cluster'] } }
 * ```
 */
export interface ConsistencyOptions {
  readonly external?: ExternalNames
}

/**
 * Returns one problem for each reference to a resource that the snapshot does not have, or has under another spelling of its
 * `xdstp:` name, which clients do not find. Empty if the snapshot is consistent. Assignments are never missing: a cluster
 * without one is served an empty one.
 *
 * @example
 * ```ts
 * import { findDanglingReferences } from 'switchyard'
 *
 * const { snapshot } = cache.prepareSnapshot('edge', [cluster, endpoints, listener, routes])
 * for (const { path, message } of findDanglingReferences(snapshot)) console.warn(`${path} ${message}`)
 * ```
 */
export function findDanglingReferences(
  snapshot: SnapshotContent,
  { external = {} }: ConsistencyOptions = {},
): Problem[] {
  const elsewhere = canonicalNames(external)
  const dangles = ({ typeUrl, name }: Reference) => {
    if (isExternal(elsewhere, typeUrl, name)) return false
    const { resources } = typeIn(snapshot, typeUrl)
    return name === ANY_NAME ? resources.size === 0 : !resources.has(name)
  }
  // Most snapshots are consistent, and groups share most types. So look at sets of names first, which are shared too.
  const isSuspect = ([typeUrl, names]: readonly [string, ReadonlySet<string>]) =>
    absentAmong(typeIn(snapshot, typeUrl), names).some((name) => dangles({ typeUrl, name }))
  const types = [...snapshot.types.values()]
  const maySpellOtherwise = types.some(hasOwnSpelling)
  const problems: Problem[] = []
  for (const type of types) {
    if (!maySpellOtherwise && ![...namesNeeded(type)].some(isSuspect)) continue
    for (const resource of type.list) {
      for (const reference of resource.references) {
        const message =
          !reference.isOptional && dangles(reference)
            ? describeDangling(reference)
            : describeSpelling(reference, snapshot, elsewhere)
        if (message !== undefined) problems.push({ path: describeResource(resource), message })
      }
    }
  }
  return problems
}

/** Without one, each reference is written like the name of its resource: both have the one spelling. */
const hasOwnSpelling = memoize((type: TypeSnapshot) =>
  type.list.some(
    ({ writtenName, references }) =>
      writtenName !== undefined || references.some((reference) => reference.writtenName !== undefined),
  ),
)

/**
 * Clients compare the name in the message with the reference, letter by letter: Envoy finds no such resource, grpc-java waits for
 * it, and grpc-go 1.85 panics if it is a cluster. So it is not enough that both are one name.
 */
function describeSpelling(
  { typeUrl, name, writtenName: written = name }: ResourceReference,
  snapshot: SnapshotContent,
  elsewhere: ExternalNames,
): string | undefined {
  const resource = typeIn(snapshot, typeUrl).resources.get(name)
  if (resource === undefined) return undefined
  const { writtenName: own = name } = resource
  return own === written || isExternal(elsewhere, typeUrl, name)
    ? undefined
    : `refers to ${describeResource({ typeUrl, name: written })}, whose own name is written "${own}": write both alike, because clients compare them letter by letter`
}

function describeDangling(reference: Reference): string {
  const { typeUrl, name } = reference
  const missing =
    name === ANY_NAME
      ? `refers to each ${describeType(typeUrl)}, but the snapshot has none: add one`
      : `refers to ${describeResource(reference)}, which is not in the snapshot: add it`
  return `${missing}, remove the reference, or list "${name}" in \`external\` if clients have it from elsewhere`
}
