// Values over time as a heat map, with marks for what happened.

import { scaleLinear } from 'd3-scale'
import { significant } from '../content/number-text.ts'
import { type Html, html } from '../html/html.ts'
import type { TimelineSection } from '../section.ts'
import { type Axis, axisOver } from './axis.ts'
import { bottomAxis, box, type Draw, label, type Plot, picture, px, SMALL, TEXT } from './drawing.ts'
import { cutText, textWidth, widest } from './label-text.ts'
import { placeMarks } from './mark-lines.ts'

type Row = TimelineSection['rows'][number]
type Mark = TimelineSection['marks'][number]

const NARROW = 560
const ROW = 26
/** Shades of the style sheet: 0 for nothing, then lighter to stronger. */
const SHADES = 6

export function timelineChart({ title, unit, rows, marks }: TimelineSection): Draw[] {
  const drawn = rows.map((row) => ({
    ...row,
    points: row.points.filter(([at, value]) => Number.isFinite(at) && Number.isFinite(value)),
  }))
  const times = [...drawn.flatMap(({ points }) => points.map(([at]) => at)), ...marks.map(({ atMs }) => atMs)]
  if (drawn.every(({ points }) => points.length === 0)) return []
  return [
    (width, id) => {
      const longest = widest(rows, TEXT, (row) => row.label, 30)
      const left = Math.min(longest + 12, width * 0.26)
      const narrow = width < NARROW
      const right = width - (narrow ? 10 : 96)
      const x = axisOver(
        times.map((ms) => ms / 1000),
        { kind: 'linear', range: [left, right], room: narrow ? 5 : 10, exact: true },
      )
      const heads = placeMarks(
        marks.map(({ atMs, label: text }) => ({ x: atMs / 1000, label: text })),
        x,
        width,
      )
      const top = heads.height + 12
      const plot = { left, right, top, bottom: top + rows.length * ROW }
      return picture(
        { id, width, height: plot.bottom + 74, title, description: describe(drawn, marks, unit) },
        [
          drawn.map((row, index) =>
            drawRow(row, drawn, x, { ...plot, top: top + index * ROW, peaks: !narrow }),
          ),
          bottomAxis(x, { ...plot, top: plot.bottom }, 'seconds since the beginning of the window'),
          heads.draw(0, plot.bottom),
          drawKey(drawn, unit, plot),
        ],
      )
    },
  ]
}

/** Failed calls have shades and a strongest value of their own. */
const isFailed = ({ label: name }: Row) => name.startsWith('failed')

function strongest(row: Row, rows: readonly Row[]): number {
  return rows
    .filter((other) => isFailed(other) === isFailed(row))
    .reduce((most, { points }) => points.reduce((high, [, value]) => Math.max(high, value), most), 0)
}

function drawRow(row: Row, rows: readonly Row[], x: Axis, plot: Plot & { readonly peaks: boolean }): Html {
  const most = strongest(row, rows)
  const cells = cellsOf(row, Math.max(1, Math.floor((plot.right - plot.left) / 3)), most).map(
    ({ from, to, shade }) =>
      box(
        x.at(from / 1000),
        plot.top + 2,
        Math.max(x.at(to / 1000) - x.at(from / 1000), 0.5),
        ROW - 4,
        `h${shade}`,
      ),
  )
  const kind = isFailed(row) ? 'heat failed' : 'heat'
  return html`${label(plot.left - 8, plot.top + ROW / 2 + 4.5, cutText(row.label, plot.left - 8, TEXT), { anchor: 'end' })}${box(plot.left, plot.top + 2, plot.right - plot.left, ROW - 4, 'heat-none')}<g class="${kind}">${cells}</g>${plot.peaks && label(plot.right + 8, plot.top + ROW / 2 + 4, peakText(row), { as: 'small muted' })}`
}

function peakText({ points }: Row): string {
  const peak = points.reduce((most, [, value]) => Math.max(most, value), 0)
  return `peak ${significant(peak)}`
}

interface Cells {
  readonly from: number
  to: number
  readonly shade: number
}

/** Neighbors of one shade are one cell. A value is of the interval that ends at its time. */
function cellsOf({ points }: Row, room: number, most: number): Cells[] {
  const size = Math.max(1, Math.ceil(points.length / room))
  const step =
    points.length > 1 ? ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0)) / (points.length - 1) : 100
  const cells: Cells[] = []
  for (let index = 0; index < points.length; index += size) {
    const part = points.slice(index, index + size)
    const value = part.reduce((sum, [, one]) => sum + one, 0) / part.length
    const from = Math.max(0, (part[0]?.[0] ?? 0) - step)
    const to = part.at(-1)?.[0] ?? 0
    const shade = shadeOf(value, most)
    const before = cells.at(-1)
    if (before !== undefined && before.shade === shade && Math.abs(before.to - from) < step / 2)
      before.to = to
    else cells.push({ from, to, shade })
  }
  return cells.filter(({ shade }) => shade > 0)
}

/** Anything above zero is visible. */
const shadeOf = (value: number, most: number): number =>
  value <= 0 || most <= 0 ? 0 : Math.max(1, Math.ceil((value / most) * SHADES - 1e-9))

function drawKey(rows: readonly Row[], unit: string, plot: Plot): Html {
  const ordinary = rows.find((row) => !isFailed(row)) ?? rows[0]
  if (ordinary === undefined) return html``
  const most = strongest(ordinary, rows)
  const cell = scaleLinear([0, SHADES], [0, 108])
  const y = plot.bottom + 52
  const from = plot.left + textWidth('0', SMALL) + 8
  return html`${label(plot.left, y + 11, '0', { as: 'small muted' })}<g class="heat">${Array.from(
    { length: SHADES },
    (_, index) => box(from + cell(index), y, px(108 / SHADES), 14, `h${index + 1}`),
  )}</g>${label(from + 116, y + 11, `${significant(most)} ${unit}`, { as: 'small muted' })}`
}

function describe(rows: readonly Row[], marks: readonly Mark[], unit: string): string {
  const peaks = rows.map((row) => `${row.label}: ${peakText(row)} ${unit}`)
  const events = marks.map(({ atMs, label: name }) => `${name} at ${significant(atMs / 1000)} s`)
  return [...peaks, ...events].join('. ')
}
