// The arguments of the cache's methods, and what is wrong with them. A misspelled field would have no effect, and a program without
// types would fail far from its mistake.

import type { Problem } from '../../core/errors.ts'
import {
  type Check,
  type ChecksOf,
  isObject,
  LIST,
  optionsWith,
  rejectProblems,
  TEXT,
  valueWhere,
} from '../../core/option-checks.ts'
import type { SnapshotOptions, VersionOptions } from '../snapshot/prepare-snapshot.ts'
import type { ResourceInput } from '../snapshot/resource.ts'
import type { ResourceError } from '../snapshot/resource-error.ts'
import { canonicalTypeUrl } from '../snapshot/resource-type.ts'
import { byTypeUrl, hasTypedName } from '../snapshot/type-url-checks.ts'
import { canonicalName } from '../snapshot/xdstp-name.ts'

/**
 * What `SnapshotCache.updateSnapshot` changes: resources that are added or replaced, names that are removed, and why names are missing.
 *
 * @example
 * ```ts
 * import { CLUSTER, type SnapshotChange } from 'switchyard'
 *
 * const change: SnapshotChange = { upsert: [endpoints], remove: [{ typeUrl: CLUSTER, name: 'old' }] }
 * cache.updateSnapshot('edge', change)
 * ```
 */
export interface SnapshotChange {
  readonly upsert?: Iterable<ResourceInput>
  /** Names that the snapshot does not have are ignored. */
  readonly remove?: Iterable<{ readonly typeUrl: string; readonly name: string }>
  /** Why names are missing (`SnapshotOptions.errors`). An error stays until its name is in `upsert`, `remove` or `errors` again. */
  readonly errors?: Iterable<ResourceError>
}

const GROUP = valueWhere((value) => typeof value === 'string', 'the name of a group')
const VERSIONS = byTypeUrl(TEXT)
const VERSION: Check = (value, path) =>
  isObject(value)
    ? VERSIONS(value, path)
    : valueWhere((one) => typeof one === 'string', 'a text, or one for each type URL')(value, path)

const VERSION_OPTIONS: ChecksOf<VersionOptions> = { version: VERSION }
const SNAPSHOT_OPTIONS: ChecksOf<SnapshotOptions> = { ...VERSION_OPTIONS, errors: LIST }
const CHANGE: ChecksOf<SnapshotChange> = { upsert: LIST, remove: LIST, errors: LIST }
const OPTIONS = optionsWith(SNAPSHOT_OPTIONS)
const CHANGES = optionsWith(CHANGE)
const OPTIONS_OF_CHANGE = optionsWith(VERSION_OPTIONS)

/** @throws SwitchyardError `invalid-argument` with all problems */
export function checkSnapshot(group: unknown, resources: unknown, options: unknown): void {
  reject([...GROUP(group, 'group'), ...LIST(resources, 'resources'), ...OPTIONS(options, '')])
}

/** @throws SwitchyardError `invalid-argument` with all problems */
export function checkChange(group: unknown, change: unknown, options: unknown): void {
  reject([
    ...GROUP(group, 'group'),
    ...CHANGES(change, isObject(change) ? '' : 'change'),
    ...OPTIONS_OF_CHANGE(options, ''),
  ])
}

/** The names to remove, as the cache has them. @throws SwitchyardError `invalid-argument` with all problems */
export function namesToRemove(
  given: Iterable<{ readonly typeUrl: string; readonly name: string }>,
): { readonly typeUrl: string; readonly name: string }[] {
  const names = [...given]
  reject(names.flatMap((one, index) => TYPED_NAME(one, `remove[${index}]`)))
  return names.map(({ typeUrl, name }) => ({
    typeUrl: canonicalTypeUrl(typeUrl),
    name: canonicalName(name),
  }))
}

const TYPED_NAME = valueWhere(hasTypedName, "a name with its type: give { typeUrl: CLUSTER, name: 'echo' }")

function reject(problems: readonly Problem[]): void {
  rejectProblems('the arguments are invalid, so nothing was changed', problems)
}
