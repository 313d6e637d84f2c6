// What differs between two JSON values, by path. It runs in browsers too.

import { formatPath } from './document-path.ts'
import { isMap, ownValue } from './plain-map.ts'

/** A value that differs; `before` is missing if it was added, `after` if it was removed. */
export interface Difference {
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

export interface DifferenceOptions {
  /** Compare lists item by item. Default: a list that differs is one difference. */
  readonly intoLists?: boolean
}

/** In the order of `before`, then what only `after` has. A map that only one side has is one difference. */
export function differencesBetween(
  before: unknown,
  after: unknown,
  options: DifferenceOptions = {},
): readonly Difference[] {
  return compare(before, after, [], options)
}

/** Whether two JSON values are the same. The order of fields does not count. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return compare(one, other, [], { intoLists: true }).length === 0
}

function compare(
  before: unknown,
  after: unknown,
  steps: readonly string[],
  options: DifferenceOptions,
): readonly Difference[] {
  if (before === after) return []
  if (isMap(before) && isMap(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap((name) =>
      compare(ownValue(before, name), ownValue(after, name), [...steps, name], options),
    )
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    if (options.intoLists === true) return compareItems(before, after, steps, options)
    if (compareItems(before, after, steps, options).length === 0) return []
  }
  return [
    {
      path: formatPath(steps),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    },
  ]
}

function compareItems(
  before: readonly unknown[],
  after: readonly unknown[],
  steps: readonly string[],
  options: DifferenceOptions,
): readonly Difference[] {
  const length = Math.max(before.length, after.length)
  return Array.from({ length }, (_, index) =>
    compare(before[index], after[index], [...steps, String(index)], options),
  ).flat()
}

/** `"l4" → "l7"`, `added: "l7"` or `removed: "l4"`. */
export function describeDifference({ before, after }: Difference): string {
  if (before === undefined) return `added: ${JSON.stringify(after)}`
  if (after === undefined) return `removed: ${JSON.stringify(before)}`
  return `${JSON.stringify(before)} → ${JSON.stringify(after)}`
}
