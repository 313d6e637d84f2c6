// The end of the report: every figure of every run, and the raw data.

import { gzipSync } from 'node:zlib'
import type { Results } from '../../results.ts'
import type { DataTable } from '../content/data-table.ts'
import { count } from '../content/number-text.ts'
import type { RunSummary } from '../content/run-figures.ts'
import { costsTable, otherTable, processesTable, roundsTable, runsTable } from '../content/run-tables.ts'
import { type Content, type Html, html } from './html.ts'
import { tableHtml } from './table.ts'

/** The page stays a file that can be sent by mail. */
const LARGEST_DATA = 4 * 1024 * 1024

export function appendixHtml(results: Results, runs: readonly RunSummary[]): Html {
  const all = runsTable(runs)
  const costs = costsTable(runs)
  return html`<section id="runs" aria-labelledby="runs-head"><h2 id="runs-head">All runs</h2><p>Each row is one run with its rounds together: latencies from the added histograms, all else the median of the rounds.</p>${
    all.rows.length === 0 ? html`<p class="nothing">No run was measured.</p>` : tableHtml(all, 'All runs')
  }${costs.columns.length > 2 && [html`<h3>What they cost</h3><p>CPU time as a part of one core over the window, and the largest resident memory, by the role of the process.</p>`, tableHtml(costs, 'CPU and memory')]}${more('Every round', roundsTable(runs))}${more('Every process', processesTable(results))}${more('Other figures, failures and notes', otherTable(results))}<h3>Raw data</h3>${rawHtml(results)}</section>`
}

function more(title: string, table: DataTable): Content {
  if (table.rows.length === 0) return undefined
  return html`<details class="screen"><summary>${title} (${count(table.rows.length, 'row')})</summary>${tableHtml(table, title)}</details>`
}

function rawHtml(results: Results): Html {
  const packed = gzipSync(JSON.stringify(results)).toString('base64')
  const inside =
    packed.length > LARGEST_DATA
      ? undefined
      : html` <a href="data:application/gzip;base64,${packed}" download="${results.scenario}-${results.profile.name}.json.gz">Download them from this page</a>, packed by gzip (${Math.ceil(packed.length / 1366)} KiB).`
  return html`<p>All histograms, series and figures are in <a href="results.json">results.json</a> beside this page.${inside}</p>`
}
