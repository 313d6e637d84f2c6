// docs/reference/switches.md: every row with its fields, its goldens, and the tests that a run has passed.

import { slug } from 'github-slugger'
import { partOf } from '../house/document-reference.ts'
import { ownTurns } from '../turns/own-turns.ts'
import { type Proof, proofOf } from './proofs.ts'
import { GOLDEN_TEST, type RecordedRun, titlesOf } from './recorded-runs.ts'
import { OTHER_FIELDS, SWITCH_ROWS, type SwitchRow } from './rows.ts'

export const COMMAND = 'npm run docs:switches'

const HEADS = ['row', 'what it is', 'golden', 'feature tests passed', 'twin', 'guide']

/** Markdown, before it is formatted. */
export function switchesPage(
  filesOf: ReadonlyMap<string, readonly string[]>,
  runs: ReadonlyMap<string, RecordedRun>,
  rows: Readonly<Record<string, SwitchRow>> = SWITCH_ROWS,
): string {
  const proofs = Object.entries(rows).map(([code, row]) => ({
    code,
    row,
    proof: proofOf(code, row, filesOf, runs),
  }))
  const used = new Set([GOLDEN_TEST, ...filesOf.keys()])
  const versions = new Set(
    [...runs.values()]
      .filter(({ file }) => used.has(file))
      .map(({ envoy, date }) => `Envoy ${envoy}, ${date}`),
  )
  const lines = proofs.map(({ code, row, proof }) => [
    `[${code}](#${slug(headingOf(code, row))})`,
    row.what,
    proof.goldens.length === 0 ? '–' : String(proof.goldens.length),
    String(proof.tests.reduce((sum, { passed }) => sum + passed.length, 0) || '–'),
    proof.twins.length === 0 ? '–' : String(proof.twins.length),
    row.guide === undefined ? '–' : link(row.guide.split('#')[1]?.replaceAll('-', ' ') ?? 'guide', row.guide),
  ])
  return [
    '# The traffic switches, and what shows that they work',
    `Made by \`${COMMAND}\` from its run: ${[...versions].sort().join('; ') || 'not run'}. Each feature test makes real calls through a real Envoy, with the switch on, and its twin with the switch off or at another value. Each golden is a document with the resources that it becomes, which a real Envoy has ACKed. The command fails if a row names something that the run has not shown; what a row lacks is said below it.`,
    table([HEADS, ...lines]),
    ...proofs.flatMap(({ code, row, proof }) => sectionOf(code, row, proof)),
    '## Turned under load',
    `${link('Each switch', 'test/features/switch-turns.test.ts')} goes on, changes and goes off while unary calls and streams are open, and no call fails (\`npm run test:turns\`). These are not turned with the example of their declaration, or not where the calls of the load meet them:`,
    Object.entries(ownTurns({ otherPort: 0, folder: '' }))
      .map(([path, { why }]) => `- \`${path}\`: ${why}`)
      .join('\n'),
    '## Other fields',
    'Fields that are no traffic switches, and the page that describes them.',
    Object.entries(OTHER_FIELDS)
      .map(([path, page]) => `- \`${path}\`: ${link(page, page)}`)
      .join('\n'),
  ].join('\n\n')
}

function headingOf(code: string, row: SwitchRow): string {
  return `${code}: ${row.what}`
}

function sectionOf(code: string, row: SwitchRow, { tests, twins, goldens, lacks }: Proof): readonly string[] {
  const shown = tests.filter(({ passed }) => passed.length > 0)
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['Fields', row.fields.map((path) => link(`\`${path}\``, `docs/reference/document.md#${anchorOf(path)}`))],
    ['Golden documents', goldens.map((name) => link(name, `test/golden/${name}.in.yaml`))],
    ['Guide', row.guide === undefined ? [] : [link(row.guide, row.guide)]],
    [
      'Lacks',
      [...(row.missing === undefined ? [] : [row.missing]), ...(row.missing === undefined ? lacks : [])],
    ],
  ]
  const isTwin = (file: string, text: string) =>
    twins.some((one) => one.file === file && text.includes(one.text))
  const named = (file: string, text: string) => (isTwin(file, text) ? `${plain(text)} _(twin)_` : plain(text))
  return [
    `## ${headingOf(code, row)}`,
    ...parts.flatMap(([title, items]) => (items.length === 0 ? [] : [`${title}: ${items.join(', ')}.`])),
    ...shown.map(({ file, passed }) => {
      const titles = passed.map((one) => titlesOf(one).join(': '))
      const others = twins.filter(
        (one) => one.file === file && !titles.some((text) => text.includes(one.text)),
      )
      const texts = [...titles, ...others.map(({ text }) => text)]
      const count = `${passed.length} passed`
      return [
        `${link(file, file)}, ${count}:`,
        texts.map((text) => `- ${named(file, text)}`).join('\n'),
      ].join('\n\n')
    }),
  ]
}

/** The heading of the reference that has the table with the field. */
function anchorOf(path: string): string {
  const [, title] = partOf(path)
  return slug(title)
}

/** From the page's own folder. */
function link(text: string, path: string): string {
  const target = path.startsWith('docs/reference/')
    ? path.slice('docs/reference/'.length)
    : path.startsWith('docs/')
      ? `../${path.slice('docs/'.length)}`
      : `../../${path}`
  return `[${text}](${target})`
}

function table(rows: readonly (readonly string[])[]): string {
  const [heads = [], ...lines] = rows
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Titles may have characters that Markdown would read: what is in backquotes stays as it is. */
function plain(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[*_<[\]]/g, '\\$&')))
    .join('')
}
