// The switches as a table for the docs, generated from their declarations.

import { type TSchema, Type } from 'typebox'
import type { FieldSwitch } from '../../control-plane/switches/attach-points.ts'
import { isHttpFilterSwitch } from '../../control-plane/switches/http-filters.ts'
import { SWITCHES, type Switches } from '../../control-plane/switches/switches.ts'

/** One field of the document. */
export interface SwitchRow {
  /** The path in the document, such as `upstreams.*.healthCheck.interval`. */
  readonly path: string
  readonly attachesTo: string
  readonly appliesTo: readonly string[]
  readonly schema: TSchema & { readonly description?: string; readonly default?: unknown }
}

type Row = Omit<SwitchRow, 'schema'> & { readonly schema: TSchema }

/** Each switch, and each property of its settings. */
export function switchRows(switches: Switches = SWITCHES): readonly SwitchRow[] {
  const filters = switches.httpFilters.filter(isHttpFilterSwitch)
  const places: readonly [path: string, attachesTo: string, list: readonly FieldSwitch[]][] = [
    ['upstreams.*.endpoints.*', 'endpoint', switches.endpoints],
    ['upstreams.*', 'upstream', switches.upstreams],
    ['*.*.lb', 'policy of a fleet or an upstream', switches.lbOptions],
    ['routes.*.rules.*', 'rule', switches.rules],
    ['fleets.*', 'fleet, for its rules', switches.rules.filter((one) => one.alsoOfFleet)],
    ['fleets.*.listeners.*', 'listener', switches.listeners],
    ['fleets.*', 'fleet', switches.fleets],
    ['fleets.*.security', 'HTTP filter', filters.filter(({ room }) => room === 'security')],
    ['fleets.*.filters', 'HTTP filter', filters.filter(({ room }) => room === 'filters')],
  ]
  const fields = places.flatMap(([path, attachesTo, list]) =>
    list.flatMap(({ field, schema, appliesTo }) =>
      withProperties({ path: `${path}.${field}`, attachesTo, appliesTo, schema }),
    ),
  )
  const policies = switches.lbPolicies.flatMap(({ name, options, appliesTo }) =>
    Object.entries(options).map(([option, schema]) => ({
      path: `*.*.lb.${option}`,
      attachesTo: `policy ${name}`,
      appliesTo,
      schema,
    })),
  )
  return [...fields, ...policies]
}

function withProperties(row: Row): SwitchRow[] {
  if (!Type.IsObject(row.schema)) return [row]
  const properties = Object.entries(row.schema.properties)
  return [row, ...properties.map(([name, schema]) => ({ ...row, path: `${row.path}.${name}`, schema }))]
}

/** As Markdown. */
export function switchTable(switches: Switches = SWITCHES): string {
  const rows = switchRows(switches).map(({ path, attachesTo, appliesTo, schema }) => {
    const fallback = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``
    const cells = [
      `\`${path}\``,
      attachesTo,
      typeOf(schema),
      fallback,
      schema.description ?? '',
      appliesTo.join(', '),
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return [
    '| field | attaches to | type | default | what it is | supported by |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function typeOf(schema: TSchema): string {
  const { type, enum: choices } = schema as { readonly type?: string; readonly enum?: readonly unknown[] }
  return type ?? (choices === undefined ? 'any' : [...new Set(choices.map((one) => typeof one))].join(' or '))
}
