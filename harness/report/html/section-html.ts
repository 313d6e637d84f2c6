// Each kind of section as a part of the page: what to see in it, the drawing, and the figures behind it.

import { barsChart } from '../charts/bars-chart.ts'
import { curvesCharts } from '../charts/curves-chart.ts'
import type { Draw } from '../charts/drawing.ts'
import { lanesChart } from '../charts/lanes-chart.ts'
import { linesChart } from '../charts/lines-chart.ts'
import { sequenceChart } from '../charts/sequence-chart.ts'
import { sharesChart } from '../charts/shares-chart.ts'
import { timelineChart } from '../charts/timeline-chart.ts'
import type { DataTable } from '../content/data-table.ts'
import { lanesTable } from '../content/lanes-table.ts'
import {
  barsTable,
  curvesOf,
  curvesTable,
  linesTable,
  sharesOf,
  sharesTable,
  timelineTable,
} from '../content/section-tables.ts'
import { sequenceTable } from '../content/sequence-table.ts'
import type { Section } from '../section.ts'
import { bytesHtml } from './bytes-html.ts'
import { heatmapHtml } from './heatmap-html.ts'
import { type Content, type Html, html } from './html.ts'
import { inlineHtml } from './inline-text.ts'
import { tableHtml } from './table.ts'

/** Widths that a chart is drawn for: a phone, and the column of a screen. The style sheet shows one of them. */
export const WIDTHS = { narrow: 340, wide: 860 } as const

/** @param id unique in the page @param beginsPart whether it is the first of its part, whose name then stands above it */
export function sectionHtml(section: Section, id: string, { beginsPart = false } = {}): Html {
  const part = beginsPart && section.part !== undefined && html`<p class="part">${section.part}</p>`
  return html`<section id="${id}" aria-labelledby="${id}-head">${part}<h2 id="${id}-head">${section.title}</h2>${
    section.says !== undefined && html`<p class="says">${inlineHtml(section.says)}</p>`
  }${bodyOf(section, id)}</section>`
}

function bodyOf(section: Section, id: string): Content {
  switch (section.kind) {
    case 'text':
      return section.paragraphs.map((text) => html`<p>${inlineHtml(text)}</p>`)
    case 'table':
      return section.rows.length === 0 ? nothing() : tableHtml(section, section.title)
    case 'shares': {
      const lines = sharesOf(section)
      return chartHtml(section.title, id, sharesChart(section.title, lines), sharesTable(lines))
    }
    case 'curves': {
      const curves = curvesOf(section)
      const drawn = curves.flatMap(({ label, latencies }) =>
        latencies === undefined ? [] : [{ label, latencies }],
      )
      return chartHtml(section.title, id, curvesCharts(section.title, drawn), curvesTable(curves))
    }
    case 'bars':
      return chartHtml(section.title, id, barsChart(section), barsTable(section))
    case 'lines':
      return chartHtml(section.title, id, linesChart(section), linesTable(section))
    case 'heatmap':
      return section.rows.length === 0 ? nothing() : heatmapHtml(section)
    case 'timeline':
      return chartHtml(section.title, id, timelineChart(section), timelineTable(section))
    case 'sequence':
      return chartHtml(section.title, id, sequenceChart(section), sequenceTable(section))
    case 'lanes':
      return chartHtml(section.title, id, lanesChart(section), lanesTable(section))
    case 'bytes':
      return section.messages.length === 0 ? nothing() : section.messages.map(bytesHtml)
  }
}

/**
 * The drawings for each width, and the figures behind them.
 * @param id unique in the page
 */
export function chartHtml(title: string, id: string, draws: readonly Draw[], table: DataTable): Html {
  if (draws.length === 0) return nothing()
  return html`<figure>${draws.map((draw, index) =>
    Object.entries(WIDTHS).map(
      ([name, width]) => html`<div class="chart ${name}">${draw(width, `${id}-${name}${index}`)}</div>`,
    ),
  )}<details><summary>The figures as a table</summary>${tableHtml(table, `Figures of: ${title}`)}</details></figure>`
}

const nothing = () => html`<p class="nothing">Nothing was measured for this part.</p>`
