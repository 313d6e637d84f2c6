// Several switches write into one Envoy message: each gives a part of it, and this joins the parts.

import { isDeepStrictEqual } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'

type Parts = Readonly<Record<string, unknown>>

/**
 * The parts of one message as one. Objects are merged field by field, and lists are joined in the order of the parts.
 * @throws SwitchyardError `internal` if two parts set one field to different values
 */
export function mergeParts<T extends object>(parts: Iterable<T | undefined>): T {
  let merged: Parts = {}
  for (const part of parts) if (part !== undefined) merged = mergeTwo(merged, part as Parts, [])
  return merged as T
}

function mergeTwo(a: Parts, b: Parts, path: readonly string[]): Parts {
  const merged: Record<string, unknown> = { ...a }
  for (const [name, value] of Object.entries(b)) {
    merged[name] = mergeValues(merged[name], value, [...path, name])
  }
  return merged
}

function mergeValues(a: unknown, b: unknown, path: readonly string[]): unknown {
  if (a === undefined || b === undefined) return a ?? b
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  if (isParts(a) && isParts(b)) return mergeTwo(a, b, path)
  if (isDeepStrictEqual(a, b)) return a
  throw new SwitchyardError(
    'internal',
    `two switches set the field ${path.join('.')} of one Envoy message to different values`,
  )
}

/** A complete message contains its defaults, so it does not show which fields were set. It counts as one value. */
function isParts(value: unknown): value is Parts {
  return (
    typeof value === 'object' && value !== null && !('$typeName' in value) && !(value instanceof Uint8Array)
  )
}
