// Marks of a chart: vertical lines through its plot, with their labels above it.

import { type Html, html } from '../html/html.ts'
import type { Axis } from './axis.ts'
import { label, line, SMALL } from './drawing.ts'
import { cutText, textWidth } from './label-text.ts'

const MARK_ROW = 18
/** How much wider bold letters are. */
const BOLD = 1.1

export interface Mark {
  /** On the axis. */
  readonly x: number
  readonly label: string
}

/** Labels beside their lines, in as few rows as they need not to touch. */
export function placeMarks(marks: readonly Mark[], x: Axis, width: number) {
  const ends: number[] = []
  const placed = marks.map((mark) => {
    const text = cutText(mark.label, width * 0.6, SMALL)
    const wide = textWidth(text, SMALL) * BOLD + 8
    const at = x.at(mark.x)
    const flip = at + wide > width
    const from = flip ? at - wide : at
    let row = ends.findIndex((end) => end + 6 <= from)
    if (row < 0) row = ends.length
    ends[row] = from + wide
    return { at, text, flip, row }
  })
  const rows = ends.length
  return {
    /** Of all labels. */
    height: rows * MARK_ROW,
    /** @param top of the labels @param bottom of the lines */
    draw: (top: number, bottom: number): Html =>
      html`${placed.map(({ at, text, flip, row }) => {
        const y = top + (rows - 1 - row) * MARK_ROW
        return html`${line(at, y + 4, at, bottom, 'mark-line')}${label(at + (flip ? -5 : 5), y + 14, text, { anchor: flip ? 'end' : 'start', as: 'small strong' })}`
      })}`,
  }
}
