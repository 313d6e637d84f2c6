// Two results side by side as one page.

import type { Results } from '../../results.ts'
import { ratioChart } from '../charts/ratio-chart.ts'
import { documentHtml } from '../html/document.ts'
import { type Content, type Html, html } from '../html/html.ts'
import { inlineHtml } from '../html/inline-text.ts'
import { chartHtml } from '../html/section-html.ts'
import { tableHtml } from '../html/table.ts'
import { type Comparison, compareResults } from './compare-results.ts'
import {
  answerText,
  checksTable,
  environmentTable,
  measureTable,
  sideText,
  warningsOf,
} from './comparison-words.ts'

/** The text of `comparison.html`: it needs no other file and no network. */
export function comparisonPage(a: Results, b: Results): string {
  const comparison = compareResults(a, b)
  const measures = comparison.measures.map((measure) => ({ measure, id: `measure-${measure.id}` }))
  return documentHtml({
    title: `${a.title}: two results compared`,
    contents: [
      { id: 'answer', title: 'What differs' },
      ...measures.map(({ measure, id }) => ({ id, title: measure.title })),
      { id: 'checks', title: 'Checks' },
      { id: 'origin', title: 'Environments' },
    ],
    body: [
      headHtml(a, b, comparison),
      measures.map(({ measure, id }) =>
        part(id, measure.title, chartHtml(measure.title, id, ratioChart(measure), measureTable(measure))),
      ),
      part('checks', 'Checks', compared(tableHtml(checksTable(comparison), 'Checks'))),
      part('origin', 'Environments', compared(tableHtml(environmentTable(comparison), 'Environments'))),
    ],
  })
}

function headHtml(a: Results, b: Results, comparison: Comparison): Html {
  const warnings = warningsOf(a, b, comparison)
  const sides = [
    ['A', a],
    ['B', b],
  ] as const
  return html`<header><p class="origin">Switchyard scenario <code>${a.scenario}</code></p><h1>${a.title}: two results compared</h1><dl class="facts">${sides.map(
    ([name, results]) => html`<div><dt>${name}</dt><dd>${sideText(results)}</dd></div>`,
  )}</dl></header>${part('answer', 'What differs', [
    html`<p class="verdict neutral">${answerText(comparison)}</p>`,
    warnings.length > 0 &&
      html`<aside class="note" aria-label="To consider"><p class="note-title">To consider</p><ul>${warnings.map((one) => html`<li>${inlineHtml(one)}</li>`)}</ul></aside>`,
    html`<p>Rounds are compared by their ranks (Mann-Whitney, exact): no assumption about how they are distributed, and no judgment by eye. A dot is filled where the two differ.</p>`,
  ])}`
}

/** Rows that differ stand out. */
const compared = (table: Html): Html => html`<div class="compared">${table}</div>`

const part = (id: string, title: string, content: Content): Html =>
  html`<section id="${id}" aria-labelledby="${id}-head"><h2 id="${id}-head">${title}</h2>${content}</section>`
