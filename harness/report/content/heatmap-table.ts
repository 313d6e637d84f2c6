// A heat map as text, and the shade of each of its cells.

import { NOISY_VARIATION } from '../../statistics/verdict.ts'
import type { HeatmapCell, HeatmapSection } from '../section.ts'
import type { DataTable } from './data-table.ts'
import { NOTHING, significant } from './number-text.ts'

/** Of the style sheet, from light to strong. */
export const SHADES = 6

/** Behind the values of noisy cells. */
const MARK = ' *'

export function heatmapTable({ unit, columns, rows }: HeatmapSection): DataTable {
  return {
    columns: [{ title: '' }, ...columns.map((title) => ({ title, unit }))],
    rows: rows.map(({ label, cells }) => [label, ...columns.map((_, at) => heatmapText(cells[at]))]),
  }
}

export function heatmapText(cell: HeatmapCell | undefined): string {
  if (cell === undefined || !Number.isFinite(cell.value)) return NOTHING
  return `${significant(cell.value)}${cell.isNoisy ? MARK : ''}`
}

/** What the mark means, if any cell has it. */
export function noisyNote({ rows }: Pick<HeatmapSection, 'rows'>): readonly string[] {
  const hasNoise = rows.some(({ cells }) => cells.some((cell) => cell?.isNoisy))
  if (!hasNoise) return []
  return [`An asterisk marks a run whose rounds vary by more than ${NOISY_VARIATION * 100} %.`]
}

/** @returns by row and column: 1 is the lightest; 0 where there is no value */
export function shadesOf({
  rows,
  columns,
  scale,
  by,
}: Pick<HeatmapSection, 'rows' | 'columns' | 'scale' | 'by'>): readonly (readonly number[])[] {
  const all = rows.map(({ cells }) => columns.map((_, at) => place(cells[at]?.value, scale)))
  const rangeOf = (at: number) => {
    const values = all
      .flatMap((row) => (by === 'column' ? row.slice(at, at + 1) : row))
      .filter(Number.isFinite)
    return { least: Math.min(...values), most: Math.max(...values) }
  }
  const ranges = columns.map((_, at) => rangeOf(at))
  return all.map((row) =>
    row.map((value, at) => {
      const { least, most } = ranges[at] ?? { least: 0, most: 0 }
      return shade(value, least, most)
    }),
  )
}

/** Where on the scale; NaN where there is no value, and the lowest place for what a logarithm does not have. */
function place(value: number | undefined, scale: HeatmapSection['scale']): number {
  if (value === undefined || !Number.isFinite(value)) return Number.NaN
  return scale === 'linear' ? value : Math.log(Math.max(value, Number.MIN_VALUE))
}

function shade(value: number, least: number, most: number): number {
  if (Number.isNaN(value)) return 0
  if (most === least) return 1
  return Math.min(SHADES, 1 + Math.floor(((value - least) / (most - least)) * SHADES + 1e-9))
}
