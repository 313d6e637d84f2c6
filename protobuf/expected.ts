// What a schema says about the fields of a message, in the form that the decoder needs.

import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type Registry,
  ScalarType,
} from '@bufbuild/protobuf'
import { AnySchema } from '@bufbuild/protobuf/wkt'
import type { Field, WireType } from './field.ts'
import { type ScalarName, WIRE_TYPE_OF } from './scalar.ts'

/** A value of a field: one of the three. */
export type Kind =
  | { readonly kind: 'scalar'; readonly scalar: ScalarName }
  | { readonly kind: 'enum'; readonly values: DescEnum }
  | { readonly kind: 'message'; readonly message: MessageType; readonly isGroup: boolean }

export interface Expected {
  readonly name: string
  /** For people: `int32`, `shop.v1.Order`, `map<string, int32>`. */
  readonly type: string
  readonly value: Kind
  readonly repeated: boolean
}

export interface MessageType {
  readonly name: string
  /**
   * Undefined for a number that the schema does not have.
   * @param before the fields of the message that were read already
   */
  readonly field: (number: number, before: readonly Field[]) => Expected | undefined
}

/** @param registry has the types of messages packed in `google.protobuf.Any` */
export function messageType(desc: DescMessage, registry?: Registry): MessageType {
  const byNumber = new Map(desc.fields.map((field) => [field.number, field]))
  return {
    name: desc.typeName,
    field: (number, before) => {
      const field = byNumber.get(number)
      if (field === undefined) return undefined
      return packedIn(desc, field, before, registry) ?? expectedOf(field, registry)
    },
  }
}

/** The bytes of an Any, as the message that its type URL names. */
function packedIn(
  desc: DescMessage,
  field: DescField,
  before: readonly Field[],
  registry: Registry | undefined,
): Expected | undefined {
  if (desc.typeName !== AnySchema.typeName || field.number !== AnySchema.field.value.number) return undefined
  const url = before.find(({ number }) => number === AnySchema.field.typeUrl.number)?.text ?? '""'
  const packed = registry?.getMessage(String(JSON.parse(url)).split('/').at(-1) ?? '')
  return packed && { name: field.name, repeated: false, ...typed(message(packed, false, registry)) }
}

/** The wire type of one value. Several of a number may be packed into one LEN. */
export function wireTypeOf(value: Kind): WireType {
  if (value.kind === 'scalar') return WIRE_TYPE_OF[value.scalar]
  if (value.kind === 'enum') return 'VARINT'
  return value.isGroup ? 'SGROUP' : 'LEN'
}

export const isPackable = ({ repeated, value }: Expected): boolean =>
  repeated && !['LEN', 'SGROUP'].includes(wireTypeOf(value))

type ListField = DescField & { readonly fieldKind: 'list' }
type MapField = DescField & { readonly fieldKind: 'map' }

function expectedOf(field: DescField, registry: Registry | undefined): Expected {
  const { name } = field
  switch (field.fieldKind) {
    case 'scalar':
      return { name, repeated: false, ...typed(scalar(field.scalar)) }
    case 'enum':
      return { name, repeated: false, ...typed({ kind: 'enum', values: field.enum }) }
    case 'message':
      return { name, repeated: false, ...typed(message(field.message, field.delimitedEncoding, registry)) }
    case 'list':
      return { name, repeated: true, ...typed(elementOf(field, registry)) }
    case 'map':
      return mapOf(field, registry)
  }
}

function elementOf(field: ListField, registry: Registry | undefined): Kind {
  if (field.listKind === 'scalar') return scalar(field.scalar)
  if (field.listKind === 'enum') return { kind: 'enum', values: field.enum }
  return message(field.message, field.delimitedEncoding, registry)
}

/** On the wire, a map is a repeated message with a key and a value: https://protobuf.dev/programming-guides/encoding/#maps */
function mapOf(field: MapField, registry: Registry | undefined): Expected {
  const key: Expected = { name: 'key', repeated: false, ...typed(scalar(field.mapKey)) }
  const value: Expected = { name: 'value', repeated: false, ...typed(mapValueOf(field, registry)) }
  const type = `map<${key.type}, ${value.type}>`
  const entry: MessageType = {
    name: `entry of ${type}`,
    field: (number) => (number === 1 ? key : number === 2 ? value : undefined),
  }
  return {
    name: field.name,
    type,
    repeated: true,
    value: { kind: 'message', message: entry, isGroup: false },
  }
}

function mapValueOf(field: MapField, registry: Registry | undefined): Kind {
  if (field.mapKind === 'scalar') return scalar(field.scalar)
  if (field.mapKind === 'enum') return { kind: 'enum', values: field.enum }
  return message(field.message, false, registry)
}

const typed = (value: Kind) => ({ value, type: typeName(value) })

function typeName(value: Kind): string {
  if (value.kind === 'scalar') return value.scalar
  return value.kind === 'enum' ? value.values.typeName : value.message.name
}

const scalar = (type: ScalarType): Kind => ({
  kind: 'scalar',
  scalar: (ScalarType[type] ?? '').toLowerCase() as ScalarName,
})

const message = (desc: DescMessage, isGroup: boolean, registry: Registry | undefined): Kind => ({
  kind: 'message',
  message: messageType(desc, registry),
  isGroup,
})
