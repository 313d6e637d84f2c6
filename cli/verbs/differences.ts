// What differs between two documents, by path.

import { isDeepStrictEqual } from 'node:util'
import { isMap, ownValue } from '../../core/plain-map.ts'
import { formatPath } from './path.ts'

/** A value that differs; `before` is missing if it was added, `after` if it was removed. */
export interface Difference {
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** In the order of `before`, then what only `after` has. A map that only one side has is one difference. */
export function differencesBetween(
  before: unknown,
  after: unknown,
  steps: readonly string[] = [],
): readonly Difference[] {
  if (isMap(before) && isMap(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap((name) =>
      differencesBetween(ownValue(before, name), ownValue(after, name), [...steps, name]),
    )
  }
  if (isDeepStrictEqual(before, after)) return []
  return [
    {
      path: formatPath(steps),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    },
  ]
}

/** `"l4" → "l7"`, `added: "l7"` or `removed: "l4"`. */
export function describeDifference({ before, after }: Difference): string {
  if (before === undefined) return `added: ${JSON.stringify(after)}`
  if (after === undefined) return `removed: ${JSON.stringify(before)}`
  return `${JSON.stringify(before)} → ${JSON.stringify(after)}`
}
