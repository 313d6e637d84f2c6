// The operations of a patch on the JSON of a resource: what each changes, and why one does not apply.

import { isDeepStrictEqual } from 'node:util'
import type { JsonValue } from '@bufbuild/protobuf'
import { applyPatch, type Operation as LibraryOperation } from 'rfc6902'
import { shorten } from '../../document/problem.ts'
import type { Operation } from '../../switches/patches.ts'
import { canHold, describeNearest, stepsOf, toPointer, valueAt, withIndex } from './json-pointer.ts'

/** What an operation did at a place; `before` is missing if it was added, `after` if it was removed. */
export interface Change {
  readonly pointer: string
  readonly before?: unknown
  readonly after?: unknown
}

export interface Applied {
  /** After each operation. */
  readonly documents: readonly JsonValue[]
  readonly changes: readonly Change[]
}

/** Of one operation, counted from 0. */
export interface OperationProblem {
  readonly index: number
  readonly message: string
}

/** Each copy of a value into itself doubles it, so that 100 operations could fill any memory. */
const MOST_ADDED = 10_000
/** Readers of protobuf go no deeper. */
const DEEPEST = 100

/**
 * The library does the work of RFC 6902. Whether an operation applies is looked at before, because it takes some indexes that are
 * none, and says less about what was there.
 * @param shown the same JSON without what is secret, for error texts
 */
export function applyOperations(
  document: JsonValue,
  operations: readonly Operation[],
  shown: (document: JsonValue) => unknown,
): Applied | OperationProblem {
  const documents: JsonValue[] = []
  const changes: Change[] = []
  let current = document
  const most = countValues(document) + MOST_ADDED
  for (const [index, operation] of operations.entries()) {
    const message = whyNot(current, operation, shown)
    if (message !== undefined) return { index, message }
    const next = structuredClone(current)
    const [error] = applyPatch(next, [operation as LibraryOperation])
    if (error) return { index, message: `${operation.op} does not apply: ${error.message}` }
    if (countValues(next) > most) {
      const message = `${operation.op} makes the resource too large: a patch adds at most ${MOST_ADDED} values to a resource, which nest at most ${DEEPEST} deep`
      return { index, message }
    }
    changes.push(...changesOf(current, next, operation))
    documents.push(next)
    current = next
  }
  return { documents, changes }
}

/** Infinity if they nest too deep. */
function countValues(json: JsonValue, depth = 0): number {
  if (typeof json !== 'object' || json === null) return 1
  if (depth > DEEPEST) return Number.POSITIVE_INFINITY
  return Object.values(json).reduce<number>((sum, one) => sum + countValues(one, depth + 1), 1)
}

function whyNot(
  document: JsonValue,
  { op, path, from, value }: Operation,
  shown: (document: JsonValue) => unknown,
): string | undefined {
  const steps = stepsOf(path)
  const missing = (pointer: string) =>
    `${op} does not apply: there is nothing at ${pointer}; ${describeNearest(document, stepsOf(pointer))}`
  if (from !== undefined && valueAt(document, stepsOf(from)) === undefined) return missing(from)
  if (op === 'move' && from !== undefined && path.startsWith(`${from}/`)) {
    return `move does not apply: ${path} is within ${from}, and nothing moves into itself`
  }
  const isThere = valueAt(document, steps) !== undefined
  if (op === 'test') {
    if (!isThere) return missing(path)
    if (isDeepStrictEqual(valueAt(document, steps), value)) return undefined
    const found = shorten(JSON.stringify(valueAt(shown(document), steps)))
    return `test fails: at ${path} is ${found}, not ${shorten(JSON.stringify(value))}`
  }
  if (op === 'remove' || op === 'replace') return isThere ? undefined : missing(path)
  if (canHold(document, steps)) return undefined
  const parent = valueAt(document, steps.slice(0, -1))
  return parent === undefined
    ? `${op} does not apply: nothing can be put at ${path}, because its parent is missing; ${describeNearest(document, steps)}`
    : `${op} does not apply: nothing can be put at ${path}; ${describeNearest(document, steps)}`
}

function changesOf(before: JsonValue, after: JsonValue, { op, path, from }: Operation): readonly Change[] {
  if (op === 'test') return []
  const at = withIndex(op === 'move' ? withoutMoved(before, from) : before, stepsOf(path))
  const isInList = Array.isArray(valueAt(before, at.slice(0, -1)))
  const old = valueAt(before, at)
  const changed: Change = {
    pointer: toPointer(at),
    // What is added to a list moves the others on.
    ...(old !== undefined && (op === 'remove' || op === 'replace' || !isInList) && { before: old }),
    ...(op !== 'remove' && { after: valueAt(after, at) }),
  }
  if (op !== 'move' || from === undefined) return [changed]
  return [{ pointer: from, before: valueAt(before, stepsOf(from)) }, changed]
}

/** Behind the last item, there is one less if the item came out of the same list. */
function withoutMoved(document: JsonValue, from = ''): JsonValue {
  const copy = structuredClone(document)
  applyPatch(copy, [{ op: 'remove', path: from }])
  return copy
}
