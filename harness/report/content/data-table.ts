// A table as data: the one behind a chart, and its form in Markdown.

import type { Cell, TableColumn } from '../section.ts'
import { fixed, NOTHING, significant } from './number-text.ts'

export interface DataTable {
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A column with decimals or a unit is of numbers, and so is one whose cells are all numbers. */
export function isNumeric({ columns, rows }: DataTable, index: number): boolean {
  const column = columns[index]
  const cells = rows.map((row) => row[index]).filter((cell) => cell !== undefined)
  if (cells.some((cell) => typeof cell === 'string')) return false
  return cells.length > 0 || column?.decimals !== undefined || column?.unit !== undefined
}

export function cellText(cell: Cell, column: TableColumn | undefined): string {
  if (cell === undefined) return NOTHING
  if (typeof cell === 'string') return cell
  return column?.decimals === undefined ? significant(cell) : fixed(cell, column.decimals)
}

export const headText = ({ title, unit }: TableColumn): string =>
  unit === undefined || title === '' ? `${title}${unit ?? ''}` : `${title} (${unit})`
