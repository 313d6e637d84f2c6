// The fields that the switches of a list are in their entry of the document.

import { type TProperties, Type } from 'typebox'
import type { FieldSwitch } from './attach-points.ts'
import { CLIENTS } from './schema-keywords.ts'

/** Each optional, with the clients that support it. */
export function fieldsOf(
  switches: readonly Pick<FieldSwitch, 'field' | 'schema' | 'appliesTo'>[],
): TProperties {
  return Object.fromEntries(
    switches.map(({ field, schema, appliesTo }) => [
      field,
      Type.Optional(Type.With(schema, { [CLIENTS]: appliesTo })),
    ]),
  )
}
