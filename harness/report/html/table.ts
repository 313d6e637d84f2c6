// A table of figures. The script of the page makes its columns sort.

import { cellText, type DataTable, headText, isNumeric } from '../content/data-table.ts'
import type { Cell } from '../section.ts'
import { type Html, html } from './html.ts'
import { inlineHtml } from './inline-text.ts'

/** The first column names the row. `caption` is for screen readers, who come to a table without its context. */
export function tableHtml(table: DataTable, caption: string): Html {
  const numeric = table.columns.map((_, index) => isNumeric(table, index))
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table class="sortable"><caption class="unseen">${caption}</caption><thead><tr>${table.columns.map(
    (column, index) => headHtml(headText(column), numeric[index] ?? false, isLong(table, index)),
  )}</tr></thead><tbody>${table.rows.map(
    (row) =>
      html`<tr>${table.columns.map((column, index) => cellHtml(row[index], cellText(row[index], column), index, numeric[index] ?? false))}</tr>`,
  )}</tbody></table></div>`
}

/** A column with texts that would wrap word by word needs room. */
const LONG = 16

function isLong({ columns, rows }: DataTable, index: number): boolean {
  return rows.some((row) => cellText(row[index], columns[index]).length > LONG)
}

function headHtml(text: string, numeric: boolean, long: boolean): Html {
  if (text === '') return html`<th scope="col"><span class="unseen">name</span></th>`
  return html`<th scope="col"${(numeric || long) && html` class="${numeric ? 'number' : 'long'}"`}>${text}</th>`
}

/** A number sorts by its value, whatever its text is. */
function cellHtml(cell: Cell, text: string, index: number, numeric: boolean): Html {
  if (index === 0 && !numeric) return html`<th scope="row">${inlineHtml(text)}</th>`
  if (numeric)
    return html`<td class="number"${cell !== undefined && html` data-value="${cell}"`}>${text}</td>`
  return html`<td>${inlineHtml(text)}</td>`
}
