// Markdown as Prettier leaves it: text from data is escaped, tables are aligned.

import { cellText, type DataTable, headText, isNumeric } from '../content/data-table.ts'

/** Text of a title or a label: nothing in it is markup. */
export const plain = (text: string): string => escapeMarks(oneLine(text))

/** A text that may have `code` and **bold**; else nothing in it is markup. */
export function inline(text: string): string {
  return oneLine(text)
    .split(/(`[^`]+`|\*\*)/)
    .map((part, index) => (index % 2 === 0 ? escapeMarks(part) : part))
    .join('')
}

/** A text with `code` and **bold** as a block of its own: its beginning makes no list and no heading. */
export function paragraph(text: string): string {
  return inline(text)
    .replace(/^([-+#>=~])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2')
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

const escapeMarks = (text: string) =>
  text
    .replaceAll(/[\\`*<[\]]/g, '\\$&')
    .replaceAll(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, '\\_')
    .replaceAll(/&(?=#?\w+;)/g, '\\&')

/** Prettier leaves a table unaligned if it would be wider than a line. */
const LINE = 80

/** @param mark `plain` for labels from data, `inline` for texts of a scenario */
export function tableText(table: DataTable, mark: (text: string) => string = inline): string {
  const cell = (text: string) => mark(text).replaceAll('|', '\\|')
  const numeric = table.columns.map((_, index) => isNumeric(table, index))
  const head = table.columns.map((column) => cell(headText(column)))
  const rows = table.rows.map((row) =>
    table.columns.map((column, index) => cell(cellText(row[index], column))),
  )
  const widths = head.map((text, index) =>
    [text, ...rows.map((row) => row[index] ?? '')].reduce((most, one) => Math.max(most, widthOf(one)), 3),
  )
  const aligned = widths.reduce((sum, width) => sum + width + 3, 1) <= LINE
  const pad = (text: string, index: number) => {
    const gap = ' '.repeat(aligned ? (widths[index] ?? 0) - widthOf(text) : 0)
    return numeric[index] ? gap + text : text + gap
  }
  const rule = widths.map((width, index) => {
    const dashes = aligned ? width : 3
    return numeric[index] ? `${'-'.repeat(dashes - 1)}:` : '-'.repeat(dashes)
  })
  const lines = [head.map(pad), rule, ...rows.map((row) => row.map(pad))]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const widthOf = (text: string) => [...text].length
