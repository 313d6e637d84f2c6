// The head of the report: the question, the answer at a glance, and what a reader must know before believing it.

import type { Check, Results } from '../../results.ts'
import { count } from '../content/number-text.ts'
import type { Note, Overview, Realness } from '../content/overview.ts'
import { type Content, type Html, html } from './html.ts'
import { inlineHtml } from './inline-text.ts'

export function headHtml(results: Results, overview: Overview): Html {
  return html`<header><p class="origin">Switchyard scenario <code>${results.scenario}</code></p><h1>${results.title}</h1><p class="question">${results.question}</p><dl class="facts">${overview.facts.map(
    ({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl></header>`
}

export function answerHtml({ answer, checks, outcomes, notes }: Overview): Html {
  return html`<section id="answer" aria-labelledby="answer-head"><h2 id="answer-head">The answer at a glance</h2><p class="verdict ${outcomes.fails > 0 ? 'fails' : outcomes['not measured'] > 0 ? 'open' : 'holds'}">${answer}</p>${notes.map(noteHtml)}${checksHtml(
    checks,
  )}</section>`
}

/**
 * More checks than this of one outcome are folded, so that those that fail and the first sections stay in sight. Checks that were
 * not measured are fewer: a profile or a choice of runs has left them out.
 */
const SHOWN: Readonly<Record<Check['outcome'], number>> = { fails: Infinity, holds: 20, 'not measured': 3 }
const FOLDED: Readonly<Record<Check['outcome'], string>> = {
  fails: 'that fail',
  holds: 'that hold',
  'not measured': 'not measured',
}

function checksHtml(checks: readonly Check[]): Content {
  return (['fails', 'holds', 'not measured'] as const).map((outcome) => {
    const list = checks.filter((check) => check.outcome === outcome)
    if (list.length === 0) return undefined
    const items = html`<ul class="checks">${list.map(checkHtml)}</ul>`
    if (list.length <= SHOWN[outcome]) return items
    return html`<details class="folded"><summary>${count(list.length, 'check')} ${FOLDED[outcome]}</summary>${items}</details>`
  })
}

const CLASS: Readonly<Record<Check['outcome'], string>> = {
  holds: 'holds',
  fails: 'fails',
  'not measured': 'open',
}
const SIGN: Readonly<Record<Check['outcome'], string>> = { holds: '✓', fails: '✗', 'not measured': '○' }

function checkHtml({ row, title, outcome, detail }: Check): Html {
  return html`<li class="${CLASS[outcome]}"><span class="outcome"><span aria-hidden="true">${SIGN[outcome]}</span> ${outcome}</span><div><p class="check"><span class="row">${row}</span> ${inlineHtml(title)}</p>${detailHtml(detail, outcome)}</div></li>`
}

/** Of many findings that hold, two are enough to see what was found. */
function detailHtml(detail: string, outcome: Check['outcome']): Html {
  const parts = detail.split('; ')
  if (outcome !== 'holds' || parts.length <= 3)
    return html`${detail !== '' && html`<p class="detail">${inlineHtml(detail)}</p>`}`
  const rest = parts.slice(2)
  return html`<p class="detail">${inlineHtml(parts.slice(0, 2).join('; '))}</p><details class="detail"><summary>${count(rest.length, 'more finding')}</summary><ul>${rest.map((one) => html`<li>${inlineHtml(one)}</li>`)}</ul></details>`
}

function noteHtml({ title, lines }: Note): Html {
  const [only] = lines
  return html`<aside class="note" aria-label="${title}"><p class="note-title">${title}</p>${
    lines.length === 1 && only !== undefined
      ? html`<p>${inlineHtml(only)}</p>`
      : html`<ul>${lines.map((one) => html`<li>${inlineHtml(one)}</li>`)}</ul>`
  }</aside>`
}

export function originHtml({ command, environment }: Results, { realness }: Overview): Html {
  return html`<section id="origin" aria-labelledby="origin-head"><h2 id="origin-head">Where the figures come from</h2><p>This command measures the same again:</p><pre><code>${command}</code></pre><h3>Machine and versions</h3>${environmentHtml(environment)}${realnessHtml(realness)}</section>`
}

export function environmentHtml(environment: Readonly<Record<string, string>>): Content {
  const entries = Object.entries(environment)
  if (entries.length === 0) return html`<p class="nothing">The run says nothing about its environment.</p>`
  return html`<dl class="environment">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

function realnessHtml(rows: readonly Realness[]): Content {
  if (rows.length === 0) return undefined
  return html`<h3>Real or emulated</h3><div class="scroll" role="group" aria-label="Real or emulated" tabindex="0"><table><thead><tr><th scope="col">what</th><th scope="col" class="number">runs</th><th scope="col">real or emulated</th><th scope="col">what, and with what</th></tr></thead><tbody>${rows.map(
    ({ what, runs, emulates }) =>
      html`<tr><th scope="row">${inlineHtml(what)}</th><td class="number">${runs}</td><td><span class="${emulates === undefined ? 'real' : 'emulated'}">${emulates === undefined ? 'real' : 'emulated'}</span></td><td>${emulates}</td></tr>`,
  )}</tbody></table></div>`
}
