// One encoding for equal content: protobuf leaves open the order of map entries and the hosts of type URLs.

import { type DescField, type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { SwitchyardError } from '../../core/errors.ts'
import { memoize } from '../../core/memo.ts'
import { CORE_MESSAGES, type MessageRegistry } from './message-registry.ts'
import { canonicalTypeUrl } from './resource-type.ts'

type Fields = Record<string, unknown>

/**
 * Looks at each message within a message, itself and the packed ones of known types included. It returns false to skip what is
 * within.
 */
export type MessageVisitor = (schema: DescMessage, message: Message) => boolean

/**
 * Encodes a message so that equal content gives equal bytes, whatever order its maps were filled in and whatever hosts the type URLs
 * of packed messages have.
 * @param visit is called for each message on the way, which saves whoever looks for something a walk and the decoding
 * @throws SwitchyardError `internal` if the registry rejects unknown messages and one of them is packed
 */
export function encodeCanonically(
  schema: DescMessage,
  message: Message,
  messages: MessageRegistry = CORE_MESSAGES,
  visit?: MessageVisitor,
): Uint8Array {
  const unknown = messages.unknown === 'keep' ? (any: Any) => any : rejectUnknown
  return toBinary(schema, sortMessage(schema, message, { messages, unknown, ...(visit && { visit }) }))
}

/** A copy of a message in which each packed message of an unknown type is replaced. */
export function replaceUnknown(
  schema: DescMessage,
  message: Message,
  messages: MessageRegistry,
  unknown: (any: Any) => Any,
): Message {
  return sortMessage(schema, message, { messages, unknown })
}

function rejectUnknown({ typeUrl }: Any): never {
  throw new SwitchyardError(
    'internal',
    `a resource packs ${typeUrl || 'a message without a type URL'}, which no switch declares: add it to \`messages\` of the switch that packs it`,
  )
}

interface Walk {
  readonly messages: MessageRegistry
  readonly unknown: (any: Any) => Any
  readonly visit?: MessageVisitor
}

/** A copy: the caller's message is never changed. */
function sortMessage<T extends Message>(schema: DescMessage, message: T, walk: Walk): T {
  if (schema.typeName === 'google.protobuf.Any')
    return sortAny(message as unknown as Any, walk) as unknown as T
  const within = walk.visit?.(schema, message) === false ? withoutVisitor(walk) : walk
  const sorted: Fields = Object.assign(Object.create(Object.getPrototypeOf(message)), message)
  for (const field of sortableFields(schema)) {
    if (field.oneof) {
      const chosen = sorted[field.oneof.localName] as { case?: string; value?: unknown }
      if (chosen.case !== field.localName) continue
      sorted[field.oneof.localName] = { case: chosen.case, value: sortValue(field, chosen.value, within) }
    } else if (sorted[field.localName] !== undefined) {
      sorted[field.localName] = sortValue(field, sorted[field.localName], within)
    }
  }
  return sorted as unknown as T
}

const withoutVisitor = memoize(({ messages, unknown }: Walk): Walk => ({ messages, unknown }))

function sortValue(field: DescField, value: unknown, walk: Walk): unknown {
  switch (field.fieldKind) {
    case 'list':
      return (value as unknown[]).map((item) => sortElement(field, item, walk))
    case 'map':
      return sortEntries(value as Fields, (item) => sortElement(field, item, walk))
    default:
      return sortElement(field, value, walk)
  }
}

function sortElement({ message, parent }: DescField, value: unknown, walk: Walk): unknown {
  if (message === undefined) return value
  // protobuf-es holds a Struct that is a field as plain JSON, but not one within a Value.
  const isJson = message.typeName === 'google.protobuf.Struct' && parent.typeName !== 'google.protobuf.Value'
  return isJson ? sortJson(value) : sortMessage(message, value as Message, walk)
}

function sortAny(any: Any, walk: Walk): Any {
  const schema = walk.messages.schemaOf(any.typeUrl)
  if (schema === undefined) return walk.unknown(any)
  const typeUrl = canonicalTypeUrl(any.typeUrl)
  return {
    ...any,
    typeUrl,
    value: toBinary(schema, sortMessage(schema, fromBinary(schema, any.value), walk)),
  }
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
