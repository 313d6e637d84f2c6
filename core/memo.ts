// The memo tables of the whole tree: results that are computed once and then found by the identity of their inputs.
//
// The contract, for everything that is used as a key here:
// - A key never changes after its first use. Its fields are `readonly`, and nobody casts that away. A changed key would keep
//   its old result, and every stream would be sent stale bytes.
// - Equal content makes no difference: two lists with the same items are two keys. To profit, hand on the very object that
//   you were given; a copy (`[...list]`, `list.filter(…)`, `{ ...resource }`) is a new key and costs the whole computation.
// - A result is shared by all callers, so nobody changes a result either.
// - A result lives as long as its keys: tables hold keys weakly, and nothing has to be cleared.
// - `compute` is pure: it depends on its keys alone. If it throws, nothing is kept, and the next call tries again.

import { hash } from 'node:crypto'

declare const shared: unique symbol

/**
 * A list whose identity is a promise: whoever holds the same list holds the same items, and shares what is made of it (its
 * encoding, its parts, the set of its names). Only `shareList` makes one, so a function that asks for a `SharedList` says that
 * it looks up results by the list's identity.
 */
export type SharedList<T> = readonly T[] & { readonly [shared]: true }

/** Freezes a list that the caller gives away, and marks it as shared. It returns the same object. */
export function shareList<T>(list: readonly T[]): SharedList<T> {
  return Object.freeze(list) as SharedList<T>
}

const listsByFirst = new WeakMap<WeakKey, SharedList<WeakKey>>()

/**
 * Marks a list of objects as shared, like `shareList`, but returns the list that it returned before if that has the same items.
 * Only the last list with the same first item is known.
 */
export function shareItems<T extends WeakKey>(list: readonly T[]): SharedList<T> {
  const [first] = list
  if (first === undefined) return EMPTY_LIST
  const known = listsByFirst.get(first) as SharedList<T> | undefined
  if (known?.length === list.length && known.every((item, index) => item === list[index])) return known
  const shared = shareList(list)
  listsByFirst.set(first, shared)
  return shared
}

/** The shared list without items. */
export const EMPTY_LIST: SharedList<never> = shareList([])

/** `compute`, once for each object. */
export function memoize<K extends WeakKey, R>(compute: (key: K) => R): (key: K) => R {
  const known = new WeakMap<K, R>()
  return (key) => {
    const result = known.get(key)
    if (result !== undefined || known.has(key)) return result as R
    const computed = compute(key)
    known.set(key, computed)
    return computed
  }
}

/** `compute`, once for each pair of objects, in their order. The result is kept while both objects live. */
export function memoizePair<A extends WeakKey, B extends WeakKey, R>(
  compute: (a: A, b: B) => R,
): (a: A, b: B) => R {
  const tableOf = memoize((_: A) => new WeakMap<B, R>())
  return (a, b) => {
    const table = tableOf(a)
    const result = table.get(b)
    if (result !== undefined || table.has(b)) return result as R
    const computed = compute(a, b)
    table.set(b, computed)
    return computed
  }
}

/** `compute`, once for each object and text. All results of an object go with it, so the texts of one object must be few. */
export function memoizeByText<K extends WeakKey, R>(
  compute: (key: K, text: string) => R,
): (key: K, text: string) => R {
  const tableOf = memoize((_: K) => new Map<string, R>())
  return (key, text) => {
    const table = tableOf(key)
    const result = table.get(text)
    if (result !== undefined || table.has(text)) return result as R
    const computed = compute(key, text)
    table.set(text, computed)
    return computed
  }
}

/**
 * The same for texts that clients choose. There may be any number of them: a result is kept only for as long as somebody holds it
 * too, and then its text goes with it.
 */
export function memoizeByTextInUse<K extends WeakKey, R extends WeakKey>(
  compute: (key: K, text: string) => R,
): (key: K, text: string) => R {
  const tableOf = memoize((_: K) => {
    const results = new Map<string, WeakRef<R>>()
    const forget = new FinalizationRegistry<string>((text) => {
      // The result may have been computed again since: then the entry is that of the new one.
      if (results.get(text)?.deref() === undefined) results.delete(text)
    })
    return { results, forget }
  })
  return (key, text) => {
    const { results, forget } = tableOf(key)
    const known = results.get(text)?.deref()
    if (known !== undefined) return known
    const computed = compute(key, text)
    results.set(text, new WeakRef(computed))
    forget.register(computed, text)
    return computed
  }
}

/**
 * `compute`, once for each of the first `limit` texts that come; later ones are computed at each call. For texts that clients
 * choose, which must not fill the memory.
 */
export function memoizeTexts<R>(limit: number, compute: (text: string) => R): (text: string) => R {
  const known = new Map<string, R>()
  return (text) => {
    const result = known.get(text)
    if (result !== undefined || known.has(text)) return result as R
    const computed = compute(text)
    if (known.size < limit) known.set(text, computed)
    return computed
  }
}

/**
 * `compute` for a named entry of a document in a context. A call with the same entry object, name and context object gives the
 * result that it gave before, whatever other contexts were asked for meanwhile. The result is kept while entry and context live.
 */
export function memoizeEntry<E extends WeakKey, C extends WeakKey, R>(
  compute: (name: string, entry: E, context: C) => R,
) {
  const ofContext = memoize((context: C) => memoizeByText((entry: E, name) => compute(name, entry, context)))
  return (name: string, entry: E, context: C): R => ofContext(context)(entry, name)
}

/**
 * `compute` for many objects in one call: it gets those that are new, in order, and returns one result for each. So an error
 * can list the problems of all new objects at once.
 */
export function memoizeMany<K extends WeakKey, R>(
  compute: (keys: readonly K[]) => readonly R[],
): (keys: readonly K[]) => readonly R[] {
  const known = new WeakMap<K, R>()
  return (keys) => {
    const fresh = [...new Set(keys)].filter((key) => !known.has(key))
    const computed = fresh.length === 0 ? [] : compute(fresh)
    for (const [index, key] of fresh.entries()) known.set(key, computed[index] as R)
    return keys.map((key) => known.get(key) as R)
  }
}

/**
 * Values read from bytes: equal bytes give the same object for as long as somebody holds it, so that all the tables above work
 * for what comes over the wire too.
 */
export class InternTable<V extends WeakKey> {
  readonly #read: (bytes: Uint8Array) => V
  readonly #values = new Map<string, WeakRef<V>>()
  readonly #bytesOf = new WeakMap<V, Buffer>()
  readonly #forget = new FinalizationRegistry<string>((digest) => {
    // The value may have been read again since: then the entry is that of the new one.
    if (this.#values.get(digest)?.deref() === undefined) this.#values.delete(digest)
  })

  constructor(read: (bytes: Uint8Array) => V) {
    this.#read = read
  }

  /** The value of these bytes, which are copied: the caller may use its buffer again. */
  intern(bytes: Uint8Array): V {
    const digest = hash('sha256', bytes, 'base64')
    const known = this.#values.get(digest)?.deref()
    if (known !== undefined) return known
    const value = this.#read(bytes)
    this.#bytesOf.set(value, Buffer.from(bytes))
    this.#values.set(digest, new WeakRef(value))
    this.#forget.register(value, digest)
    return value
  }

  /** The bytes that a value was read from; undefined for a value that this table did not make. */
  bytesOf(value: V): Buffer | undefined {
    return this.#bytesOf.get(value)
  }
}

const sharedJson = new InternTable((bytes) => JSON.parse(Buffer.from(bytes).toString()) as object)

/**
 * A copy of a value of plain JSON. Equal values get the same copy, for as long as somebody holds it: so it can be the key of the
 * tables above where equal content should be enough.
 */
export function shareEqual<T extends object>(value: T): T {
  return sharedJson.intern(Buffer.from(JSON.stringify(value))) as T
}
