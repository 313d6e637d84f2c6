// `yard explain`: describes a field of the document, by its path.

import type { Command } from 'commander'
import pc from 'picocolors'
import {
  type DescribedField,
  describeClients,
  describeSchema,
} from '../../control-plane/document/describe-schema.ts'
import { createConfigSchema } from '../../control-plane/document/model.ts'
import { parsePath } from '../../core/document-path.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import { print } from '../output/print.ts'
import { type OutputFlags, withExamples, withOutput } from './flags.ts'

/** The fields at a path, and those directly in them. */
interface Explained {
  readonly fields: readonly DescribedField[]
  readonly inside: readonly DescribedField[]
}

const ITEM = '[]'

export function addExplain(program: Command): void {
  const command = withOutput(
    program
      .command('explain')
      .description('Describe a field of the document: type, default, range, example, and the field of Envoy.')
      .argument(
        '[path]',
        'Such as fleets.edge.lb.policy; any name and * are the same (default: the document).',
      ),
  )
  withExamples(command, [
    ['yard explain', 'List the parts of a document.'],
    ['yard explain fleets.edge.lb', 'Describe a part of it.'],
    ['yard explain "upstreams.*.healthCheck.interval"', 'Describe one field.'],
  ])
  command.action((path: string | undefined, { output }: OutputFlags) => {
    const all = describeSchema(createConfigSchema())
    print(path === undefined ? { fields: [], inside: inside(all, []) } : explain(all, path), output, render)
  })
}

/** @throws SwitchyardError `not-found` that lists the fields there */
function explain(all: readonly DescribedField[], path: string): Explained {
  const wanted = parsePath(path.replaceAll(ITEM, '[0]'))
  const known = wanted.findIndex((_, index) => at(all, wanted.slice(0, index + 1)).length === 0)
  if (known === -1) return { fields: at(all, wanted), inside: inside(all, wanted) }
  const around = wanted.slice(0, known)
  const names = [...new Set(inside(all, around).map((field) => stepsOf(field).at(-1)))].join(', ')
  const where = around.length === 0 ? 'the document' : at(all, around)[0]?.path
  throw new SwitchyardError(
    'not-found',
    names === ''
      ? `${where} (${at(all, around)[0]?.type}) has no fields`
      : `no field "${wanted[known]}" in ${where}. Use one of: ${names}`,
  )
}

function at(all: readonly DescribedField[], wanted: readonly string[]): readonly DescribedField[] {
  return all.filter((field) => {
    const steps = stepsOf(field)
    return steps.length === wanted.length && startsWith(steps, wanted)
  })
}

function inside(all: readonly DescribedField[], wanted: readonly string[]): readonly DescribedField[] {
  return all.filter((field) => {
    const steps = stepsOf(field)
    return steps.length === wanted.length + 1 && startsWith(steps, wanted)
  })
}

/** The path of a field as steps, with `*` for any name and `[]` for any item. */
function stepsOf({ path }: DescribedField): readonly string[] {
  return path.replaceAll(ITEM, `.${ITEM}`).split('.')
}

function startsWith(steps: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((name, index) => {
    const step = steps[index]
    return step === '*' || step === name || (step === ITEM && /^\d+$/.test(name))
  })
}

function render({ fields, inside }: Explained): string {
  const blocks = fields.map(describe)
  if (inside.length > 0) {
    const columns = ['field', 'type', 'default', 'what'].map((title) => ({ title }))
    const rows = inside.map((field) => [
      field.path,
      `${field.type}${field.required ? ', required' : ''}`,
      show(field.default),
      firstClause(field),
    ])
    blocks.push(renderTable(columns, rows), ...inside.flatMap(renderChoices))
  }
  return blocks.join('\n\n')
}

/** Which client has which choice: a fleet of several can use what all of its clients have. */
function renderChoices({ path, choices = [] }: DescribedField): readonly string[] {
  if (choices.length === 0) return []
  const columns = [String(path.split('.').at(-1)), 'clients', 'what'].map((title) => ({ title }))
  return [
    renderTable(
      columns,
      choices.map((one) => [one.value, describeClients(one), one.description]),
    ),
  ]
}

function describe(field: DescribedField): string {
  const { path, type, required, description, range, example, envoyField, when, choices = [] } = field
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['type', `${type}${required ? ', required' : ''}`],
    ['only with', when?.join(' or ')],
    ['range', range],
    ['default', field.default === undefined ? undefined : show(field.default)],
    ['example', example === undefined ? undefined : show(example)],
    ['clients', describeClients(field)],
    ['in Envoy', envoyField],
    ...choices.map((choice) => [choice.value, `${choice.description} (${describeClients(choice)})`] as const),
  ]
  const shown = facts.filter(([, value]) => value !== undefined)
  const width = Math.max(...shown.map(([name]) => name.length))
  return [
    `  ${pc.bold(path)}: ${description}`,
    ...shown.map(([name, value]) => `    ${name.padEnd(width)}  ${value}`),
  ].join('\n')
}

function firstClause({ description, when }: DescribedField): string {
  const [clause = ''] = description.split('; ')
  return when === undefined ? clause : `${clause} (with ${when.join(' or ')})`
}

function show(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value)
}
