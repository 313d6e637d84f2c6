// Frames that would be drawn on the same spot become one mark: a picture of thousands stays small, and looks the same.

import type { LaneMark } from '../section.ts'

export interface DrawnMark {
  readonly x: number
  readonly type: string
  readonly from: LaneMark['from']
  /** Of the largest of them. */
  readonly bytes: number
  readonly count: number
  /** What a reader sees who points at it. */
  readonly tip: string
}

/** In units of the drawing: closer marks of a type and a side cannot be told apart. */
const CLOSE = 1
/** About as wide as a shape is. */
const SHAPE = 8
/** A mark must not wander far from its time. */
const MOST_MOVES = 2

/** @param marks of a lane, in the order of their times */
export function mergeMarks(marks: readonly LaneMark[], at: (atMs: number) => number): DrawnMark[] {
  const groups: { readonly x: number; readonly marks: LaneMark[] }[] = []
  const lastOf = new Map<string, (typeof groups)[number]>()
  for (const mark of marks.filter(({ atMs, bytes }) => Number.isFinite(atMs + bytes))) {
    const x = at(mark.atMs)
    const key = `${mark.from} ${mark.type}`
    const last = lastOf.get(key)
    if (last !== undefined && x - last.x < CLOSE) last.marks.push(mark)
    else {
      const group = { x, marks: [mark] }
      groups.push(group)
      lastOf.set(key, group)
    }
  }
  const drawn = groups.flatMap(({ x, marks: merged }): DrawnMark[] => {
    const [first] = merged
    if (first === undefined) return []
    const bytes = merged.reduce((most, one) => Math.max(most, one.bytes), 0)
    const { type, from } = first
    return [{ x, type, from, bytes, count: merged.length, tip: tipOf(first, merged) }]
  })
  return standApart(drawn)
}

/** A mark that would cover another type's at the same time, such as CONTINUATION after HEADERS, stands beside it. */
function standApart(marks: readonly DrawnMark[]): DrawnMark[] {
  const last: Partial<Record<LaneMark['from'], DrawnMark & { readonly moves: number }>> = {}
  return marks.map((mark) => {
    // Bars of DATA are narrow, and stand below the shapes.
    if (mark.type === 'DATA') return mark
    const before = last[mark.from]
    const covers = before !== undefined && before.type !== mark.type && mark.x - before.x < SHAPE
    const moves = covers ? before.moves + 1 : 0
    const placed = covers && moves <= MOST_MOVES ? { ...mark, x: before.x + SHAPE } : mark
    last[mark.from] = { ...placed, moves }
    return placed
  })
}

function tipOf({ type, from, atMs, bytes, note }: LaneMark, merged: readonly LaneMark[]): string {
  const when = `${type} from the ${from} at ${atMs.toFixed(3)} ms`
  if (merged.length === 1) return `${when}: ${[`${bytes} bytes`, note].filter(Boolean).join(', ')}`
  const sum = merged.reduce((total, one) => total + one.bytes, 0)
  return `${merged.length} × ${when} and right after: ${sum} bytes`
}
