// One encoding for equal content: protobuf leaves the order of map entries open, so they are sorted before encoding.

import { type DescField, type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { messageSchemaOf } from './known-messages.ts'

type Fields = Record<string, unknown>

/** Encodes a message so that equal content gives equal bytes, whatever order its maps were filled in. */
export function encodeCanonically(schema: DescMessage, message: Message): Uint8Array {
  return toBinary(schema, sortMessage(schema, message))
}

/** The message itself where nothing had to be sorted, else a copy; the caller's message is never changed. */
function sortMessage<T extends Message>(schema: DescMessage, message: T): T {
  if (schema.typeName === 'google.protobuf.Any') return sortAny(message as unknown as Any) as unknown as T
  const before = message as unknown as Fields
  let after: Fields | undefined
  const replace = (name: string, value: unknown) => {
    if (before[name] === value) return
    after ??= Object.assign(Object.create(Object.getPrototypeOf(before)), before) as Fields
    after[name] = value
  }
  for (const field of sortableFields(schema)) {
    if (field.oneof) {
      const chosen = before[field.oneof.localName] as { case?: string; value?: unknown }
      if (chosen.case !== field.localName) continue
      const value = sortValue(field, chosen.value)
      if (value !== chosen.value) replace(field.oneof.localName, { case: chosen.case, value })
    } else if (before[field.localName] !== undefined) {
      replace(field.localName, sortValue(field, before[field.localName]))
    }
  }
  return (after ?? before) as unknown as T
}

function sortValue(field: DescField, value: unknown): unknown {
  switch (field.fieldKind) {
    case 'list':
      return mapList(value as unknown[], (item) => sortElement(field.message, item))
    case 'map':
      return sortEntries(value as Fields, (item) => sortElement(field.message, item))
    default:
      return sortElement(field.message, value)
  }
}

function sortElement(schema: DescMessage | undefined, value: unknown): unknown {
  if (schema === undefined) return value
  // protobuf-es holds a Struct that is a field as plain JSON.
  if (schema.typeName === 'google.protobuf.Struct') return sortJson(value)
  return sortMessage(schema, value as Message)
}

function sortAny(any: Any): Any {
  const schema = messageSchemaOf(any.typeUrl)
  if (schema === undefined) return any
  const value = encodeCanonically(schema, fromBinary(schema, any.value))
  return Buffer.compare(value, any.value) === 0 ? any : { ...any, value }
}

function sortJson(value: unknown): unknown {
  if (Array.isArray(value)) return mapList(value, sortJson)
  if (value === null || typeof value !== 'object') return value
  return sortEntries(value as Fields, sortJson)
}

function mapList(list: unknown[], transform: (item: unknown) => unknown): unknown[] {
  const mapped = list.map(transform)
  return mapped.some((item, index) => item !== list[index]) ? mapped : list
}

function sortEntries(entries: Fields, transform: (item: unknown) => unknown): Fields {
  const keys = Object.keys(entries)
  const sortedKeys = keys.toSorted()
  const sorted = Object.fromEntries(sortedKeys.map((key) => [key, transform(entries[key])]))
  return keys.every((key, at) => key === sortedKeys[at] && entries[key] === sorted[key]) ? entries : sorted
}

const sortableFieldsOf = new Map<DescMessage, readonly DescField[]>()

/** The fields of a message that hold a map or can lead to one; scalars are passed over, which is most of the work saved. */
function sortableFields(schema: DescMessage): readonly DescField[] {
  let fields = sortableFieldsOf.get(schema)
  if (fields === undefined) {
    fields = schema.fields.filter((field) => field.fieldKind === 'map' || leadsToMessage(field))
    sortableFieldsOf.set(schema, fields)
  }
  return fields
}

function leadsToMessage(field: DescField): boolean {
  const { message } = field
  if (message === undefined) return false
  // Wrappers are held as plain scalars; durations and timestamps hold nothing to sort.
  return !message.file.name.match(/^google\/protobuf\/(wrappers|duration|timestamp)$/)
}
