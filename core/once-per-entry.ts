// Translation costs what was changed: what is made of an entry is kept for as long as the entry of the document is the same object.

/**
 * `make`, but for an entry that was seen with the same name and the same context it gives what it gave before. Only the last
 * result a name is kept.
 */
export function oncePerEntry<E extends object, C, R>(make: (name: string, entry: E, context: C) => R) {
  const known = new WeakMap<E, Map<string, { readonly context: C; readonly made: R }>>()
  return (name: string, entry: E, context: C): R => {
    const byName = known.get(entry) ?? new Map()
    known.set(entry, byName)
    const last = byName.get(name)
    if (last !== undefined && last.context === context) return last.made
    const made = make(name, entry, context)
    byName.set(name, { context, made })
    return made
  }
}
