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
  return groups.flatMap(({ x, marks: merged }) => {
    const [first] = merged
    if (first === undefined) return []
    const bytes = merged.reduce((most, one) => Math.max(most, one.bytes), 0)
    const { type, from } = first
    return [{ x, type, from, bytes, count: merged.length, tip: tipOf(first, merged) }]
  })
}

function tipOf({ type, from, atMs, bytes, note }: LaneMark, merged: readonly LaneMark[]): string {
  const when = `${type} from the ${from} at ${atMs.toFixed(3)} ms`
  if (merged.length === 1) return `${when}: ${[`${bytes} bytes`, note].filter(Boolean).join(', ')}`
  const sum = merged.reduce((total, one) => total + one.bytes, 0)
  return `${merged.length} × ${when} and right after: ${sum} bytes`
}
