// A heat map as a table whose cells have shades: each has its number too, so that nobody needs the color.

import { heatmapText, noisyNote, SHADES, shadesOf } from '../content/heatmap-table.ts'
import type { HeatmapSection } from '../section.ts'
import { type Html, html } from './html.ts'

export function heatmapHtml(section: HeatmapSection): Html {
  const { title, unit, columns, rows, by } = section
  const shades = shadesOf(section)
  const notes = noisyNote(section)
  return html`<figure class="heatmap"><figcaption>${unit} ${keyHtml(by === 'column' ? 'least of a column' : 'least', 'most')}</figcaption><div class="scroll" role="group" aria-label="${title}" tabindex="0"><table class="sortable"><caption class="unseen">${title}, in ${unit}</caption><thead><tr><th scope="col"><span class="unseen">name</span></th>${columns.map(
    (column) => html`<th scope="col" class="number">${column}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ({ label, cells }, row) =>
      html`<tr><th scope="row">${label}</th>${columns.map((column, at) => {
        const cell = cells[at]
        const value = cell !== undefined && Number.isFinite(cell.value) && html` data-value="${cell.value}"`
        return html`<td class="number h${shades[row]?.[at] ?? 0}" title="${label} · ${column}"${value}>${heatmapText(cell)}</td>`
      })}</tr>`,
  )}</tbody></table></div>${notes.map((note) => html`<p class="small-note">${note}</p>`)}</figure>`
}

function keyHtml(least: string, most: string): Html {
  const steps = Array.from({ length: SHADES }, (_, at) => html`<i class="h${at + 1}"></i>`)
  return html`<span class="heat-key" aria-hidden="true">${least} ${steps} ${most}</span>`
}
