// A snapshot as proto JSON, for people: what is packed inside the resources is spelled out where its type is known here.

import { fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf'
import { messageRegistry, messageSchemaOf } from './known-messages.ts'
import { REDACTED, redact } from './redact.ts'
import type { Resource } from './resource.ts'
import { SECRET } from './resource-type.ts'
import type { Snapshot } from './snapshot.ts'

export interface TypeJson {
  readonly version: string
  readonly resources: Readonly<Record<string, JsonValue>>
}

/**
 * By type URL, and then by name: each as Envoy's own JSON (lowerCamelCase), or its bytes in base64 where they cannot be read.
 * Private keys are not in it.
 */
export function snapshotToJson({ types }: Snapshot): Record<string, TypeJson> {
  return Object.fromEntries(
    [...types].map(([typeUrl, { version, list }]) => [
      typeUrl,
      { version, resources: Object.fromEntries(list.map((one) => [one.name, resourceToJson(one)])) },
    ]),
  )
}

function resourceToJson({ typeUrl, value }: Resource): JsonValue {
  const schema = messageSchemaOf(typeUrl)
  if (schema !== undefined) {
    try {
      return redact(schema, toJson(schema, fromBinary(schema, value), { registry: messageRegistry }))
    } catch {
      // Something packed inside is of a type that is not known here.
    }
  }
  if (typeUrl === SECRET) return { '@type': typeUrl, value: REDACTED }
  return { '@type': typeUrl, value: Buffer.from(value).toString('base64') }
}
