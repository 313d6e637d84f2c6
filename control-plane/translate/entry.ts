// Reading the config's maps in an order that does not depend on how they were written.

import { SwitchyardError } from '../../core/errors.ts'

/** The entries of a map in the order of their names, so that equal configs give equal resources. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [name: string, entry: T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The entry that a name refers to; validation has seen to it that it is there. */
export function entryOf<T>(map: Readonly<Record<string, T>>, name: string): T {
  const entry = map[name]
  if (entry === undefined)
    throw new SwitchyardError('internal', `the entry "${name}" is referenced, but missing`)
  return entry
}
