// Takes out of proto JSON what Envoy's protos mark as sensitive: private keys, passwords, tickets.

import { type DescField, type DescMessage, getOption, type JsonValue } from '@bufbuild/protobuf'
import { sensitive } from '@envoy/xds-protos/udpa/annotations/sensitive_pb.js'
import { CORE_MESSAGES, type MessageRegistry } from './message-registry.ts'

export const REDACTED = '[redacted]'

/** The JSON of a message with `[redacted]` instead of the value of each sensitive field that is set, at any depth. */
export function redact(
  schema: DescMessage,
  json: JsonValue,
  messages: MessageRegistry = CORE_MESSAGES,
): JsonValue {
  if (!isObject(json)) return json
  const packed = json['@type']
  const actual = (typeof packed === 'string' ? messages.schemaOf(packed) : undefined) ?? schema
  const fields = new Map(actual.fields.map((field) => [field.jsonName, field]))
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = fields.get(name)
      return [name, field === undefined ? value : redactField(field, value, messages)]
    }),
  )
}

function redactField(field: DescField, value: JsonValue, messages: MessageRegistry): JsonValue {
  if (getOption(field, sensitive)) return REDACTED
  const { message } = field
  if (message === undefined) return value
  if (Array.isArray(value)) return value.map((one) => redact(message, one, messages))
  if (field.fieldKind === 'map' && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, redact(message, one, messages)]),
    )
  }
  return redact(message, value, messages)
}

function isObject(value: JsonValue): value is { [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
