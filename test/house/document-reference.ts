// The reference of the document as Markdown: a table for each part of it, generated from the schema.

import {
  type DescribedField,
  describeClients,
  describeDefault,
} from '../../control-plane/document/describe-schema.ts'
import { flowYaml } from '../../control-plane/document/flow-yaml.ts'

/** The parts of the page: the path that its fields begin with, in the order of the page. */
const PARTS: readonly (readonly [path: string, title: string])[] = [
  ['', 'Top level'],
  ['upstreams.*', 'Upstreams'],
  ['upstreams.*.endpoints.*', 'Endpoints'],
  ['routes.*', 'Routes'],
  ['routes.*.rules.*', 'Rules'],
  ['fleets.*', 'Fleets'],
  ['fleets.*.lb', 'Load balancing'],
  ['fleets.*.listeners.*', 'Listeners'],
  ['fleets.*.security', 'Security'],
  ['fleets.*.filters', 'Filters'],
  ['jwt.*', 'Issuers of tokens'],
  ['secrets.*', 'Secrets'],
]

/** `lb` of an upstream has the fields of a fleet's, except for the mode. */
const OF_UPSTREAM = 'upstreams.*.lb.'

export function documentReference(fields: readonly DescribedField[]): string {
  const own = fields.filter(({ path }) => !path.startsWith(OF_UPSTREAM))
  return PARTS.flatMap(([path, title]) => {
    const rows = own.filter((field) => partOf(field.path)[0] === path && !isPart(field.path))
    if (rows.length === 0) return []
    const prefix = path === '' ? '' : `${path}.`
    return [
      `## ${title}`,
      ...(path === '' ? [] : [headOf(path, own)]),
      tableOf(rows, prefix),
      ...rows.flatMap(choicesOf),
    ]
  }).join('\n\n')
}

/** The part of the page that has a field in its table. */
export function partOf(path: string): readonly [path: string, title: string] {
  const place = path.replace(OF_UPSTREAM, 'fleets.*.lb.')
  const parents = PARTS.filter(([part]) => part === '' || place.startsWith(`${part}.`))
  return parents.toSorted(([a], [b]) => b.length - a.length)[0] ?? ['', 'Top level']
}

/** The heading of its own part describes it. */
function isPart(path: string): boolean {
  return PARTS.some(([part]) => part === path && path.endsWith('*'))
}

function headOf(path: string, fields: readonly DescribedField[]): string {
  const self = fields.find((field) => field.path === path)
  const where = path === 'fleets.*.lb' ? '`fleets.*.lb`, and `upstreams.*.lb` without `mode`' : `\`${path}\``
  const envoy = self?.envoyField === undefined ? '' : `. In Envoy: \`${self.envoyField}\``
  return self === undefined ? `${where}.` : `${where}: ${self.description}${envoy}.`
}

const HEADERS = ['field', 'type', 'default', 'what it is', 'example', 'clients', 'in Envoy']

function tableOf(rows: readonly DescribedField[], prefix: string): string {
  const lines = rows.map((field) => [
    code(field.path.slice(prefix.length)),
    field.range === undefined ? field.type : `${field.type}: ${field.range}`,
    field.required ? 'required' : defaultOf(field),
    prose(field.description) +
      (field.when === undefined ? '' : ` (with ${field.when.map(code).join(' or ')})`),
    code(flowYaml(field.example)),
    describeClients(field),
    field.envoyField === undefined ? '' : code(field.envoyField),
  ])
  return toMarkdown(HEADERS, lines)
}

function defaultOf(field: DescribedField): string {
  return field.default === undefined ? (describeDefault(field) ?? '') : code(flowYaml(field.default))
}

function choicesOf({ path, choices = [] }: DescribedField): string[] {
  if (choices.length < 2) return []
  const lines = choices.map((choice) => [code(choice.value), choice.description, describeClients(choice)])
  return [toMarkdown([code(path.split('.').at(-1) ?? ''), 'what it does', 'clients'], lines)]
}

function toMarkdown(headers: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(headers), line(headers.map(() => '---')), ...lines.map(line)].join('\n')
}

/** Without the characters that Markdown would take for emphasis; an origin in quotes is code, not a link. */
function prose(text: string): string {
  return text
    .split(/"(https?:[^"]*)"/)
    .map((part, index) => (index % 2 === 1 ? code(part) : part.replace(/[*_]/g, '\\$&')))
    .join('')
}

function code(text: string): string {
  return `\`${text}\``
}
