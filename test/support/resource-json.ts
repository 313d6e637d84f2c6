// Resources as the JSON form of their protos, with packed messages expanded.

import { type Message, toJson } from '@bufbuild/protobuf'
import { declaredMessages } from '../../control-plane/switches/switches.ts'
import { withPatchedMessages } from '../../control-plane/translate/patches/envoy-messages.ts'
import { createMessageRegistry } from '../../xds-server/snapshot/message-registry.ts'

const messages = withPatchedMessages(createMessageRegistry(declaredMessages()))

/** The message in proto JSON (lowerCamelCase). @throws for a packed message that Envoy's API does not have */
export function resourceJson(message: Message): Record<string, unknown> {
  const schema = messages.schemaOf(message.$typeName)
  if (schema === undefined) throw new Error(`${message.$typeName} is not declared by a switch`)
  return toJson(schema, message, { registry: messages.registry }) as Record<string, unknown>
}
