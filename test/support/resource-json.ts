// Resources as Envoy's own JSON, with packed messages spelled out.

import { type Message, toJson } from '@bufbuild/protobuf'
import { declaredMessages } from '../../control-plane/switches/switches.ts'
import { createMessageRegistry } from '../../xds-server/snapshot/message-registry.ts'

const messages = createMessageRegistry(declaredMessages())

/** The message in proto JSON (lowerCamelCase). Throws for a packed message that no switch declares. */
export function resourceJson(message: Message): Record<string, unknown> {
  const schema = messages.schemaOf(message.$typeName)
  if (schema === undefined) throw new Error(`${message.$typeName} is no message of a switch`)
  return toJson(schema, message, { registry: messages.registry }) as Record<string, unknown>
}
