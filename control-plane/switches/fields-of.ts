// The fields that the switches of a list are in their entry of the document.

import { type TProperties, Type } from 'typebox'
import type { FieldSwitch } from './attach-points.ts'
import { CLIENTS, SOME_GRPC_CLIENTS } from './schema-keywords.ts'

/** Each optional, with the clients that support it. */
export function fieldsOf(
  switches: readonly Pick<FieldSwitch, 'field' | 'schema' | 'appliesTo' | 'grpcClients'>[],
): TProperties {
  return Object.fromEntries(
    switches.map(({ field, schema, appliesTo, grpcClients }) => [
      field,
      Type.Optional(
        Type.With(schema, {
          [CLIENTS]: appliesTo,
          ...(grpcClients && { [SOME_GRPC_CLIENTS]: grpcClients }),
        }),
      ),
    ]),
  )
}
