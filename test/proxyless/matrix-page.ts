// The matrix as a page and as a table for a terminal.

import { MATRIX_CLIENTS, type MatrixClient } from './matrix-client.ts'
import { keyOf, type RecordedMatrix } from './recorded-matrix.ts'
import type { Outcome, Result, Row } from './row.ts'

export interface PageFacts {
  /** The command that made the page. */
  readonly command: string
  /** One line each. */
  readonly machine: readonly string[]
}

const CELLS: Readonly<Record<Outcome['kind'], string>> = {
  pass: 'pass',
  fail: '**fail**',
  'not supported': 'not supported',
  differs: 'differs',
  'not installed': '–',
}

/** Markdown: what ran, the table, and below it the sources, notes and causes that its cells number. */
export function matrixPage(
  rows: readonly Row[],
  recorded: RecordedMatrix,
  { command, machine }: PageFacts,
): string {
  const footnotes = new Footnotes()
  const results = rows.map((row) => resultOf(row, recorded))
  const lines = results.map(({ row, outcomes }) => [
    row.row,
    row.title,
    ...MATRIX_CLIENTS.map((client) => cellOf(client, { row, outcomes }, footnotes)),
  ])
  const heads = ['row', 'what the client does', ...MATRIX_CLIENTS]
  return [
    '# What gRPC clients do with each switch',
    `Made by \`${command}\`. Each cell is a run of a client that we did not write, with a control plane of its own, documents written over REST, and real backends. A row passes if the client does what its title says with the switch on, and does not with the switch off. Rows that name a source for *not supported* were run too, and failed. A client that *differs* does something else than its documents say: the note says what, and why.`,
    bullets([...MATRIX_CLIENTS.map((client) => `${client}: ${runsOf(client, recorded)}`), ...machine]),
    [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
    ...footnotes.section(),
    ...measuredSection(results),
  ].join('\n\n')
}

function resultOf(row: Row, recorded: RecordedMatrix): Result {
  const outcomes: Partial<Record<MatrixClient, Outcome>> = {}
  for (const client of MATRIX_CLIENTS) {
    const found = recorded[keyOf(row)]?.[client]
    if (found !== undefined) outcomes[client] = found.outcome
  }
  return { row, outcomes }
}

/** The versions and the days of a client's runs: `grpc-go 1.85.0, 2026-11-29`. */
function runsOf(client: MatrixClient, recorded: RecordedMatrix): string {
  const runs = Object.values(recorded).flatMap((clients) => {
    const run = clients[client]
    return run === undefined ? [] : [`${run.version}, ${run.date}, ${run.isLong ? 'long' : 'short'} form`]
  })
  return runs.length === 0 ? 'not run' : [...new Set(runs)].sort().join('; ')
}

function cellOf(client: MatrixClient, { row, outcomes }: Result, footnotes: Footnotes): string {
  const outcome = outcomes[client]
  if (outcome === undefined) return ''
  const texts = [...explain(outcome), ...(row.notes?.[client] === undefined ? [] : [row.notes[client]])]
  return [CELLS[outcome.kind], ...texts.map((text) => footnotes.add(text))].join(' ')
}

function explain(outcome: Outcome): string[] {
  if (outcome.kind === 'fail') return [quoted(outcome.cause)]
  if (outcome.kind !== 'not supported' && outcome.kind !== 'differs') return []
  const shown = outcome.shown === undefined ? '' : ` The run: ${quoted(outcome.shown)}`
  const because = outcome.kind === 'differs' ? `: ${outcome.because}` : ''
  return [`${link(outcome.source)}: “${outcome.says}”${because}${shown}`]
}

function measuredSection(results: readonly Result[]): string[] {
  const lines = results.flatMap(({ row, outcomes }) => {
    const measured = MATRIX_CLIENTS.flatMap((client) => {
      const outcome = outcomes[client]
      return outcome?.kind === 'pass' && outcome.measured.length > 0
        ? [`${client}: ${outcome.measured.join('; ')}`]
        : []
    })
    return measured.length === 0 ? [] : [`${row.row} ${row.title} — ${measured.join(' · ')}`]
  })
  return lines.length === 0 ? [] : ['## What was measured', bullets(lines)]
}

/** Numbers for texts; equal texts share one. */
class Footnotes {
  readonly #texts: string[] = []

  add(text: string): string {
    const known = this.#texts.indexOf(text)
    const index = known === -1 ? this.#texts.push(text) - 1 : known
    return `(${index + 1})`
  }

  section(): string[] {
    if (this.#texts.length === 0) return []
    return ['## Sources and notes', this.#texts.map((text, index) => `${index + 1}. ${text}`).join('\n')]
  }
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}

function link(source: string): string {
  if (!source.startsWith('https://')) return `\`${source}\``
  return `[${source.split('/').slice(3).join('/')}](${source})`
}

/** The first line that a program printed, as code: it may have addresses, tags and bars. Logs may follow it. */
function quoted(text: string): string {
  const [first = ''] = text.split('\n')
  return `\`${first.replaceAll('`', "'").trim()}\``
}
