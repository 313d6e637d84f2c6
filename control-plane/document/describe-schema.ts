// The fields of a document as a list, read from its JSON Schema: for the reference in the docs and for `yard explain`.

import { FLEET_KINDS } from '../switches/attach-points.ts'
import { GRPC_CLIENTS, type GrpcClient, namesOfClients } from '../switches/grpc-clients.ts'
import { CLIENTS, ENVOY_FIELD, SOME_GRPC_CLIENTS, WEAKER, type Weaker } from '../switches/schema-keywords.ts'
import type { SchemaParts } from './schema-parts.ts'

/** One field of the document, the entries of one map, or the items of one list. */
export interface DescribedField {
  /** From the top. `*` is any name in a map and `[]` any item of a list: `upstreams.*.endpoints`, `routes.*.hosts[]`. */
  readonly path: string
  readonly type:
    | 'string'
    | 'integer'
    | 'number'
    | 'boolean'
    | 'object'
    | 'map'
    | 'list'
    | 'string or list'
    | 'string or object'
    | 'any'
    | 'string or integer'
    | 'object or list'
  readonly required: boolean
  /** A noun phrase. */
  readonly description: string
  /** What holds where the field is not written. */
  readonly default?: unknown
  /** True for a switch that is off where it is not written. */
  readonly off?: true
  /** What a value may be, such as `1 to 65535` or `l4, l7`. */
  readonly range?: string
  /** All values, where there are a few. */
  readonly values?: readonly string[]
  /** A valid value. */
  readonly example?: unknown
  /** The kinds of fleet whose clients support it. */
  readonly clients: readonly string[]
  /** The gRPC clients that support it, where not all of them do. */
  readonly grpcClients?: readonly GrpcClient[]
  /** The field of Envoy's API that it sets, such as `Cluster.health_checks.interval`. */
  readonly envoyField?: string
  /** What takes its protection away, of a field that protects calls. */
  readonly weaker?: Weaker
  /** Where the field exists for some choices of a neighbor only: `policy: maglev`. Any one of them is enough. */
  readonly when?: readonly string[]
  /** What each choice means, for a field whose choices have descriptions of their own. */
  readonly choices?: readonly Choice[]
}

export interface Choice {
  readonly value: string
  readonly description: string
  readonly clients: readonly string[]
  /** The gRPC clients that support it, where not all of them do. */
  readonly grpcClients?: readonly GrpcClient[]
}

interface Place {
  readonly path: string
  readonly required: boolean
  readonly clients: readonly string[]
  readonly grpcClients?: readonly GrpcClient[]
}

const ALL_CLIENTS = FLEET_KINDS

/** Every field of a schema, each before the fields in it. The whole document is not listed. */
export function describeSchema(schema: object): readonly DescribedField[] {
  return fieldsIn(schema, { path: '', required: true, clients: ALL_CLIENTS })
}

function fieldsIn(schema: SchemaParts, place: Place): DescribedField[] {
  const { properties = {}, required = [], additionalProperties, items, discriminator, oneOf = [] } = schema
  const inner = (one: SchemaParts, path: string, isRequired = false) =>
    describe(one, { ...place, path, required: isRequired })
  return [
    ...Object.entries(properties).flatMap(([name, one]) =>
      inner(one, joinPath(place.path, name), required.includes(name)),
    ),
    ...(discriminator === undefined ? [] : alternatives(oneOf, discriminator.propertyName, place)),
    ...(typeof additionalProperties === 'object'
      ? inner(additionalProperties, joinPath(place.path, '*'))
      : []),
    ...(items === undefined ? [] : inner(items, `${place.path}[]`)),
  ]
}

function describe(schema: SchemaParts, outer: Place): DescribedField[] {
  const { description, default: fallback, examples } = schema
  // What a schema allows and does not describe is described beside it, such as `mode` in each policy.
  if (description === undefined) return []
  const place = { ...outer, ...clientsOf(schema, outer) }
  const range = rangeOf(schema)
  const envoyField = schema[ENVOY_FIELD]
  const example = examples === undefined ? exampleOf(schema) : examples[0]
  const own: DescribedField = {
    ...place,
    type: typeOf(schema),
    description,
    ...(fallback !== undefined && { default: fallback }),
    ...(isOffByDefault(schema) && { off: true as const }),
    ...(range !== undefined && { range }),
    ...valuesOf(schema),
    ...(example !== undefined && { example }),
    ...(envoyField !== undefined && { envoyField }),
    ...(schema[WEAKER] !== undefined && { weaker: schema[WEAKER] }),
  }
  return [own, ...fieldsIn(schema, place)]
}

function valuesOf({ enum: choices, const: only }: SchemaParts) {
  const values = only === undefined ? choices : [only]
  return values === undefined ? {} : { values: values.map(String) }
}

function isOffByDefault({ default: fallback, properties = {} }: SchemaParts): boolean {
  return fallback === undefined && Object.hasOwn(properties, 'enabled')
}

/** What holds where a field is not written, in words; undefined where nothing does. */
export function describeDefault({ default: fallback, off }: DescribedField): string | undefined {
  if (off) return 'off'
  return fallback === undefined ? undefined : JSON.stringify(fallback)
}

/** Who supports it, in words: `envoy, proxyless (Go and Java)`. */
export function describeClients({
  clients,
  grpcClients,
}: Pick<DescribedField, 'clients' | 'grpcClients'>): string {
  if (grpcClients === undefined) return clients.join(', ')
  const names = namesOfClients(grpcClients)
  return clients.map((kind) => (kind === 'envoy' ? kind : `${kind} (${names})`)).join(', ')
}

function clientsOf(schema: SchemaParts, outer: Pick<Place, 'clients' | 'grpcClients'>) {
  const grpcClients = schema[SOME_GRPC_CLIENTS] ?? outer.grpcClients
  return { clients: schema[CLIENTS] ?? outer.clients, ...(grpcClients && { grpcClients }) }
}

function typeOf({
  type,
  additionalProperties,
  enum: choices,
  const: only,
}: SchemaParts): DescribedField['type'] {
  if (type === 'array') return 'list'
  if (Array.isArray(type)) {
    if (!type.includes('string')) return 'object or list'
    if (type.includes('object')) return 'string or object'
    return type.includes('integer') ? 'string or integer' : 'string or list'
  }
  if (type === 'object') return typeof additionalProperties === 'object' ? 'map' : 'object'
  const sample = choices?.[0] ?? only
  if (type === undefined && sample === undefined) return 'any'
  const name = type ?? typeof sample
  // The version of the document is a number, and a whole one.
  if (only !== undefined && name === 'number') return 'integer'
  return name === 'integer' || name === 'number' || name === 'boolean' ? name : 'string'
}

function rangeOf(schema: SchemaParts): string | undefined {
  const { minimum, maximum, enum: choices, const: only, minItems, minProperties } = schema
  if (only !== undefined) return String(only)
  if (choices !== undefined) return choices.join(', ')
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`
  const atLeast = minItems ?? minProperties ?? 0
  return atLeast > 0 ? `at least ${atLeast}` : undefined
}

/** A value other than the default, where the schema itself lists the values. */
function exampleOf({ type, enum: choices, const: only, default: fallback }: SchemaParts): unknown {
  if (only !== undefined) return only
  if (type === 'boolean') return fallback !== true
  return choices?.find((choice) => choice !== fallback)
}

/** The fields of a schema whose `discriminator` picks one of several: first the field that picks, then each other one once. */
function alternatives(branches: readonly SchemaParts[], tag: string, place: Place): DescribedField[] {
  const choices = branches.map((branch) => {
    const own = clientsOf(branch, place)
    const value = String(branch.properties?.[tag]?.const)
    return {
      value,
      description: branch.description ?? '',
      ...own,
      fields: fieldsIn(branch, { ...place, ...own }),
    }
  })
  const path = joinPath(place.path, tag)
  const [tagField] = choices.flatMap(({ fields }) => fields.filter((one) => one.path === path))
  if (tagField === undefined) return []
  const others = choices.flatMap(({ value, fields }) =>
    fields.filter((one) => one.path !== path).map((field) => ({ value, field })),
  )
  // The clients depend on the choice, so they are no difference between two fields.
  const same = Map.groupBy(others, ({ field: { clients: _, grpcClients: __, ...rest } }) =>
    JSON.stringify(rest),
  )
  const forms = Map.groupBy(same.values(), ([one]) => one?.field.path)
  // The kinds of fleet have clients of one kind each, so the clients of a field say for which kinds it is.
  const isByClients = choices.every(({ clients }) => clients.length === 1)
  return [
    {
      ...withoutClients(tagField),
      range: choices.map(({ value }) => value).join(', '),
      values: choices.map(({ value }) => value),
      ...clientsOfAll(choices),
      choices: choices.map(({ fields: _, ...choice }) => choice),
    },
    ...[...same.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined) return []
      const own = clientsOfAll(group.map(({ field }) => field))
      const when = [...(first.field.when ?? []), ...group.map(({ value }) => `${tag}: ${value}`)]
      const isNeeded = isByClients ? (forms.get(first.field.path)?.length ?? 0) > 1 : true
      return {
        ...withoutClients(first.field),
        ...own,
        ...(group.length < choices.length && isNeeded && { when }),
      }
    }),
  ]
}

function withoutClients({ grpcClients: _, ...field }: DescribedField): DescribedField {
  return field
}

/** The clients of any of them. */
function clientsOfAll(all: readonly Pick<DescribedField, 'clients' | 'grpcClients'>[]) {
  const clients = [...new Set(all.flatMap((one) => one.clients))]
  const ofGrpc = all.filter((one) => one.clients.some((kind) => kind !== 'envoy'))
  if (ofGrpc.length === 0 || ofGrpc.some(({ grpcClients }) => grpcClients === undefined)) return { clients }
  const some = new Set(ofGrpc.flatMap(({ grpcClients = [] }) => grpcClients))
  return { clients, grpcClients: GRPC_CLIENTS.filter((client) => some.has(client)) }
}

function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
