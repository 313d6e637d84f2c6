// JSON merge patch: https://www.rfc-editor.org/rfc/rfc7396

/** Returns the target with the patch applied: merges objects, removes what is null, and replaces anything else. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  // Unlike an assignment, this makes "__proto__" a plain field, which validation then rejects.
  return Object.fromEntries(merged)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
