// Merge patches (RFC 7396) of the document: applied, made from two documents, and listed change by change.

import type { Json, JsonObject } from '../store/state.ts'

export type Path = readonly string[]

/** One changed place. A side that does not have it is undefined. */
export interface Change {
  readonly path: Path
  readonly before: Json | undefined
  readonly after: Json | undefined
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function valueAt(document: Json | undefined, path: Path): Json | undefined {
  let value = document
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

/** What the control plane makes of the document and the patch. */
export function applyPatch(document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const result = new Map(isObject(document) ? Object.entries(document) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name)
    else result.set(name, applyPatch(result.get(name), value))
  }
  return Object.fromEntries(result)
}

/** The smallest patch from one document to another; undefined if they are equal. */
export function patchBetween(before: Json | undefined, after: Json): Json | undefined {
  if (!isObject(before) || !isObject(after)) return isEqual(before, after) ? undefined : after
  const entries: [string, Json][] = []
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) entries.push([name, null])
  for (const [name, value] of Object.entries(after)) {
    const patch = patchBetween(Object.hasOwn(before, name) ? before[name] : undefined, value)
    if (patch !== undefined) entries.push([name, patch])
  }
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

/** The document with another value at the path; undefined removes it. Objects on the way are made. */
export function withValue(document: Json | undefined, path: Path, value: Json | undefined): Json {
  const [name, ...rest] = path
  if (name === undefined) return value ?? {}
  const entries = new Map(isObject(document) ? Object.entries(document) : [])
  if (rest.length === 0 && value === undefined) entries.delete(name)
  else entries.set(name, rest.length === 0 ? (value as Json) : withValue(entries.get(name), rest, value))
  return Object.fromEntries(entries)
}

/** The places that differ, as deep as both documents have objects. */
export function changesBetween(
  before: Json | undefined,
  after: Json | undefined,
  path: Path = [],
): readonly Change[] {
  if (isEqual(before, after)) return []
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => changesBetween(before[name], after[name], [...path, name]))
}

export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, index) => isEqual(one, b[index]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  )
}

/** Short, for a person: text without quotes, the rest as JSON. */
export function describeValue(value: Json | undefined): string {
  if (value === undefined) return 'not set'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
