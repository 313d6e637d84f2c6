// `yard explain`: describes a field of the document, by its path.

import type { Command } from 'commander'
import pc from 'picocolors'
import {
  type DescribedField,
  describeClients,
  describeDefault,
  describeSchema,
} from '../../control-plane/document/describe-schema.ts'
import { fieldsAt, fieldsDirectlyIn, ITEM, isIn, stepsOf } from '../../control-plane/document/field-path.ts'
import { createConfigSchema } from '../../control-plane/document/model.ts'
import { createFieldFinder, nearestName } from '../../control-plane/document/nearest-field.ts'
import { parsePath } from '../../core/document-path.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { renderTable } from '../../testbed/measure/table.ts'
import { print } from '../output/print.ts'
import { guideOf } from './explain/field-guide.ts'
import { type OutputFlags, withExamples, withOutput } from './flags.ts'

/** The fields at a path, and those directly in them. */
interface Explained {
  readonly fields: readonly DescribedField[]
  readonly inside: readonly DescribedField[]
}

interface ExplainFlags extends OutputFlags {
  readonly recursive: boolean
}

export function addExplain(program: Command): void {
  const command = withOutput(
    program
      .command('explain')
      .description('Describe a field of the document: type, default, range, example, and the field of Envoy.')
      .argument(
        '[path]',
        'Such as fleets.edge.lb.policy; any name and * are the same (default: the document).',
      )
      .option('--recursive', 'List the fields at all depths.', false),
  )
  withExamples(command, [
    ['yard explain', 'List the parts of a document.'],
    ['yard explain fleets.edge.lb', 'Describe a part of it.'],
    ['yard explain "upstreams.*.healthCheck.interval"', 'Describe one field.'],
    ['yard explain routes.public.rules.all --recursive', 'Describe a part, and list all that is in it.'],
  ])
  command.action((path: string | undefined, { output, recursive }: ExplainFlags) => {
    print(explain(createConfigSchema(), path, recursive), output, render)
  })
}

/** @throws SwitchyardError `not-found` that suggests the nearest field, and lists those there */
function explain(schema: object, path: string | undefined, recursive: boolean): Explained {
  const all = describeSchema(schema)
  const wanted = path === undefined ? [] : parsePath(path.replaceAll(ITEM, '[0]'))
  const unknown = wanted.findIndex((_, index) => fieldsAt(all, wanted.slice(0, index + 1)).length === 0)
  if (unknown !== -1) throw new SwitchyardError('not-found', describeUnknown(schema, all, wanted, unknown))
  const inside = recursive ? fieldsIn(all, wanted) : fieldsDirectlyIn(all, wanted)
  return { fields: fieldsAt(all, wanted), inside }
}

/** The fields in a place at all depths, without the place. */
function fieldsIn(all: readonly DescribedField[], place: readonly string[]): readonly DescribedField[] {
  return all.filter((field) => {
    const steps = stepsOf(field)
    return steps.length > place.length && isIn(steps, place)
  })
}

function describeUnknown(
  schema: object,
  all: readonly DescribedField[],
  wanted: readonly string[],
  unknown: number,
): string {
  const around = wanted.slice(0, unknown)
  const name = wanted[unknown] ?? ''
  const [holder] = fieldsAt(all, around)
  const where = holder?.path ?? 'the document'
  const names = [...new Set(fieldsDirectlyIn(all, around).map((field) => stepsOf(field).at(-1) ?? ''))]
  const nearest = nearestName(names, name)
  const hint = nearest === undefined ? createFieldFinder(schema)(around, name) : `Did you mean ${nearest}? `
  return names.length === 0
    ? `${where} (${holder?.type}) has no fields. ${hint}`.trim()
    : `no field "${name}" in ${where}. ${hint}Use one of: ${names.join(', ')}`
}

function render({ fields, inside }: Explained): string {
  const blocks = fields.map(describe)
  if (inside.length > 0) {
    const columns = ['field', 'type', 'default', 'what'].map((title) => ({ title }))
    const rows = inside.map((field) => [
      field.path,
      `${field.type}${field.required ? ', required' : ''}`,
      describeDefault(field) ?? '',
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
  const known = guideOf(path)
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['type', `${type}${required ? ', required' : ''}`],
    ['only with', when?.join(' or ')],
    ['range', range],
    ['default', describeDefault(field)],
    ['example', example === undefined ? undefined : JSON.stringify(example)],
    ['clients', describeClients(field)],
    ['in Envoy', envoyField],
    [
      'guide',
      known === undefined ? undefined : `${known.guide} (row ${known.row} of docs/reference/switches.md)`,
    ],
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
