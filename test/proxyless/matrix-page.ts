// The matrix as a page and as a table for a terminal.

import { MATRIX_CLIENTS, type MatrixClient } from './matrix-client.ts'
import type { Outcome, Result } from './row.ts'

export interface PageFacts {
  /** The command that made the page. */
  readonly command: string
  /** By client, such as `grpc-go 1.85.0`. */
  readonly versions: Partial<Readonly<Record<MatrixClient, string>>>
  /** One line each. */
  readonly machine: readonly string[]
  /** Days are enough: 2026-11-29. */
  readonly date: string
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
  results: readonly Result[],
  { command, versions, machine, date }: PageFacts,
): string {
  const footnotes = new Footnotes()
  const rows = results.map(({ row, outcomes }) => [
    row.row,
    row.title,
    ...MATRIX_CLIENTS.map((client) => cellOf(client, { row, outcomes }, footnotes)),
  ])
  const heads = ['row', 'what the client does', ...MATRIX_CLIENTS]
  return [
    '# What gRPC clients do with each switch',
    `Made by \`${command}\` on ${date}. Each cell is a run of a client that we did not write, with a control plane of its own, documents written over REST, and real backends. A row passes if the client does what its title says with the switch on, and does not with the switch off.`,
    bullets([
      ...MATRIX_CLIENTS.map((client) => `${client}: ${versions[client] ?? 'not installed on this machine'}`),
      ...machine,
    ]),
    [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
    ...footnotes.section(),
    ...measuredSection(results),
  ].join('\n\n')
}

function cellOf(client: MatrixClient, { row, outcomes }: Result, footnotes: Footnotes): string {
  const outcome = outcomes[client]
  if (outcome === undefined) return ''
  const texts = [...explain(outcome), ...(row.notes?.[client] === undefined ? [] : [row.notes[client]])]
  return [CELLS[outcome.kind], ...texts.map((text) => footnotes.add(text))].join(' ')
}

function explain(outcome: Outcome): string[] {
  if (outcome.kind === 'fail') return [oneLine(outcome.cause)]
  if (outcome.kind !== 'not supported' && outcome.kind !== 'differs') return []
  const shown = outcome.shown === undefined ? '' : ` The run: ${oneLine(outcome.shown)}`
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

/** A cause may be long, with logs behind its first line. */
function oneLine(text: string): string {
  const [first = ''] = text.split('\n')
  return first.replaceAll('|', '\\|').replaceAll('<', '\\<')
}
