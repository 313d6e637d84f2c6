// Resources as nodes show them, in the JSON in which the control plane shows what it serves.

import { type DescMessage, fromBinary, fromJson, type JsonObject, type JsonValue } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { declaredMessages } from '../../control-plane/switches/switches.ts'
import { withPatchedMessages } from '../../control-plane/translate/patches/envoy-messages.ts'
import { createMessageRegistry, type MessageRegistry } from '../../xds-server/snapshot/message-registry.ts'
import { messageToJson } from '../../xds-server/snapshot/snapshot-json.ts'

let known: MessageRegistry | undefined

/** All messages that the control plane's resources may pack. Made at the first use. */
function messages(): MessageRegistry {
  known ??= withPatchedMessages(createMessageRegistry(declaredMessages()))
  return known
}

/** Undefined if the type is unknown, or the bytes are not of the type. */
export function contentOfAny({ typeUrl, value }: Any): JsonValue | undefined {
  return attempt(typeUrl, (schema) => messageToJson(schema, fromBinary(schema, value), messages()))
}

/** The same for Envoy's own JSON, which has a `@type` and the field names of the protos. */
export function contentOfDump({ '@type': type, ...json }: JsonObject): JsonValue | undefined {
  const { registry } = messages()
  return attempt(String(type), (schema) =>
    messageToJson(schema, fromJson(schema, json, { registry, ignoreUnknownFields: true }), messages()),
  )
}

function attempt(typeUrl: string, read: (schema: DescMessage) => JsonValue): JsonValue | undefined {
  const schema = messages().schemaOf(typeUrl)
  if (schema === undefined) return undefined
  try {
    return read(schema)
  } catch {
    return undefined
  }
}
