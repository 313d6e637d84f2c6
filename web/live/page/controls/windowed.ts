// Which rows of a long list are in view, so that only those are drawn.

export interface Window {
  /** Index of the first row to draw. */
  readonly first: number
  /** Index after the last row to draw. */
  readonly end: number
}

export interface Viewport {
  /** How far the list is scrolled, in pixels. */
  readonly top: number
  /** The height of the visible part, in pixels. */
  readonly height: number
}

/** Rows beyond each edge of the viewport, so that a fast scroll does not show gaps. */
const OVERSCAN = 6

/** @param rowHeight in pixels, the same for each row */
export function windowOf(count: number, rowHeight: number, { top, height }: Viewport): Window {
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight) - OVERSCAN))
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + OVERSCAN)
  return { first, end: Math.max(first, end) }
}

/** The same for items at positions of their own, which are sorted by `y`. */
export function itemsWithin<Item extends { readonly y: number }>(
  sorted: readonly Item[],
  { top, height }: Viewport,
  margin: number,
): readonly Item[] {
  return sorted.slice(firstAt(sorted, top - margin), firstAt(sorted, top + height + margin))
}

/** Index of the first item at `y` or below. */
function firstAt(sorted: readonly { readonly y: number }[], y: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle]?.y ?? 0) < y) low = middle + 1
    else high = middle
  }
  return low
}
