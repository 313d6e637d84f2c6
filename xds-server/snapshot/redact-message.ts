// Takes out of encoded messages what Envoy's protos mark as sensitive, as Envoy does in its own config dump.

import { type DescField, type DescMessage, fromBinary, getOption, ScalarType } from '@bufbuild/protobuf'
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect'
import { sensitive } from '@envoy/xds-protos/udpa/annotations/sensitive_pb.js'
import { memoize, memoizePair } from '../../core/memo.ts'
import { encodeCanonically, replaceUnknown } from './canonical.ts'
import type { MessageRegistry } from './message-registry.ts'
import { REDACTED } from './redact.ts'
import type { Resource } from './resource.ts'

const REDACTED_BYTES = new TextEncoder().encode(REDACTED)

/**
 * The bytes of a resource with `[redacted]` in each text and byte string of its sensitive fields, at any depth; other values there
 * are cleared. A message of an unknown type may hold secrets that nothing marks: its bytes are left out.
 */
export const redactedBytes = memoizePair(
  ({ typeUrl, value }: Resource, messages: MessageRegistry): Uint8Array => {
    const schema = messages.schemaOf(typeUrl)
    if (schema === undefined) return new Uint8Array()
    try {
      const known = replaceUnknown(schema, fromBinary(schema, value), messages, (any) => ({
        ...any,
        value: new Uint8Array(),
      }))
      return encodeCanonically(schema, known, { ...messages, unknown: 'keep' }, (one, message) => {
        const view = reflect(one, message)
        for (const field of sensitiveFields(one)) if (view.isSet(field)) hide(view, field)
        return true
      })
    } catch {
      // Its bytes are not what its type says.
      return new Uint8Array()
    }
  },
)

const sensitiveFields = memoize((schema: DescMessage): readonly DescField[] =>
  schema.fields.filter((field) => getOption(field, sensitive)),
)

function hide(view: ReflectMessage, field: DescField): void {
  if (field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING) view.set(field, REDACTED)
  else if (field.fieldKind === 'scalar' && field.scalar === ScalarType.BYTES) view.set(field, REDACTED_BYTES)
  else if (field.fieldKind === 'message' && canReachInto(field.message)) hideAll(view.get(field))
  else if (field.fieldKind === 'list' && field.listKind === 'message' && canReachInto(field.message)) {
    for (const item of view.get(field)) hideAll(item as ReflectMessage)
  } else view.clear(field)
}

function hideAll(view: ReflectMessage): void {
  for (const field of view.fields) if (view.isSet(field)) hide(view, field)
}

/** protobuf-es holds Structs and wrappers as plain values, and shows a copy of them: to change it would hide nothing. */
function canReachInto({ typeName }: DescMessage): boolean {
  return !typeName.startsWith('google.protobuf.')
}
