// One encoding for equal content: protobuf leaves the order of map entries open, so they are sorted before encoding.

import { type DescField, type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { memoize } from '../../core/memo.ts'
import { messageSchemaOf } from './known-messages.ts'

type Fields = Record<string, unknown>

/** Encodes a message so that equal content gives equal bytes, whatever order its maps were filled in. */
export function encodeCanonically(schema: DescMessage, message: Message): Uint8Array {
  return toBinary(schema, sortMessage(schema, message))
}

/** A copy: the caller's message is never changed. */
function sortMessage<T extends Message>(schema: DescMessage, message: T): T {
  if (schema.typeName === 'google.protobuf.Any') return sortAny(message as unknown as Any) as unknown as T
  const sorted: Fields = Object.assign(Object.create(Object.getPrototypeOf(message)), message)
  for (const field of sortableFields(schema)) {
    if (field.oneof) {
      const chosen = sorted[field.oneof.localName] as { case?: string; value?: unknown }
      if (chosen.case !== field.localName) continue
      sorted[field.oneof.localName] = { case: chosen.case, value: sortValue(field, chosen.value) }
    } else if (sorted[field.localName] !== undefined) {
      sorted[field.localName] = sortValue(field, sorted[field.localName])
    }
  }
  return sorted as unknown as T
}

function sortValue(field: DescField, value: unknown): unknown {
  switch (field.fieldKind) {
    case 'list':
      return (value as unknown[]).map((item) => sortElement(field, item))
    case 'map':
      return sortEntries(value as Fields, (item) => sortElement(field, item))
    default:
      return sortElement(field, value)
  }
}

function sortElement({ message, parent }: DescField, value: unknown): unknown {
  if (message === undefined) return value
  // protobuf-es holds a Struct that is a field as plain JSON, but not one within a Value.
  const isJson = message.typeName === 'google.protobuf.Struct' && parent.typeName !== 'google.protobuf.Value'
  return isJson ? sortJson(value) : sortMessage(message, value as Message)
}

function sortAny(any: Any): Any {
  const schema = messageSchemaOf(any.typeUrl)
  if (schema === undefined) return any
  return { ...any, value: encodeCanonically(schema, fromBinary(schema, any.value)) }
}

function sortJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortJson)
  if (value === null || typeof value !== 'object') return value
  return sortEntries(value as Fields, sortJson)
}

function sortEntries(entries: Fields, transform: (item: unknown) => unknown): Fields {
  const keys = Object.keys(entries).sort()
  return Object.fromEntries(keys.map((key) => [key, transform(entries[key])]))
}

/** The fields of a message that hold a map or can lead to one. Most fields are scalars, and skipping them saves most of the work. */
const sortableFields = memoize((schema: DescMessage): readonly DescField[] =>
  schema.fields.filter((field) => field.fieldKind === 'map' || isMessage(field)),
)

/** Wrappers are held as plain scalars. */
function isMessage({ message }: DescField): boolean {
  return message !== undefined && message.file.name !== 'google/protobuf/wrappers'
}
