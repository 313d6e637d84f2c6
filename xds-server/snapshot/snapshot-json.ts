// A snapshot as proto JSON, for people: packed messages are spelled out if their types are known.

import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
  toJson,
} from '@bufbuild/protobuf'
import { type Any, anyPack, StructSchema } from '@bufbuild/protobuf/wkt'
import { replaceUnknown } from './canonical.ts'
import { CORE_MESSAGES, type MessageRegistry } from './message-registry.ts'
import { redact } from './redact.ts'
import type { Resource } from './resource.ts'
import type { Snapshot } from './snapshot.ts'

export interface TypeJson {
  readonly version: string
  readonly resources: Readonly<Record<string, JsonValue>>
}

/**
 * By type URL, and then by name, each resource in Envoy's own JSON (lowerCamelCase). Sensitive fields are `[redacted]`. A message
 * of an unknown type, packed or a whole resource, may hold secrets that nothing marks: only its type and its size are shown, as
 * `{ "@type": "type.googleapis.com/…", "size": 120 }` in bytes.
 */
export function snapshotToJson(
  { types }: Snapshot,
  messages: MessageRegistry = CORE_MESSAGES,
): Record<string, TypeJson> {
  return Object.fromEntries(
    [...types].map(([typeUrl, { version, list }]) => [
      typeUrl,
      {
        version,
        resources: Object.fromEntries(list.map((one) => [one.name, resourceToJson(one, messages)])),
      },
    ]),
  )
}

function resourceToJson({ typeUrl, value }: Resource, messages: MessageRegistry): JsonValue {
  const schema = messages.schemaOf(typeUrl)
  if (schema !== undefined) {
    try {
      return messageToJson(schema, fromBinary(schema, value), messages)
    } catch {
      // Its bytes are not what its type says.
    }
  }
  return { '@type': typeUrl, size: value.length }
}

/** One message as `snapshotToJson` shows it. */
export function messageToJson(schema: DescMessage, message: Message, messages: MessageRegistry): JsonValue {
  const shown = replaceUnknown(schema, message, messages, toPlaceholder)
  return unwrapPlaceholders(redact(schema, toJson(schema, shown, { registry: messages.registry }), messages))
}

// A resource has the host of xDS in the type URLs of known messages, so none of its messages looks like a placeholder.
const PLACEHOLDER = 'placeholder.switchyard.invalid/google.protobuf.Struct'

/** protobuf-es throws for an unknown message, so a Struct replaces it. */
function toPlaceholder({ typeUrl, value }: Any): Any {
  const shown = fromJson(StructSchema, { '@type': typeUrl, size: value.length })
  return { ...anyPack(StructSchema, shown), typeUrl: PLACEHOLDER }
}

function unwrapPlaceholders(json: JsonValue): JsonValue {
  if (Array.isArray(json)) return json.map(unwrapPlaceholders)
  if (json === null || typeof json !== 'object') return json
  if (json['@type'] === PLACEHOLDER) return json.value ?? null
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, unwrapPlaceholders(value)]))
}
