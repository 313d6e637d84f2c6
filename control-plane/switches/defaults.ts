// The values that hold where a person has not written any, read from the declarations themselves.

import { type TProperties, Type } from 'typebox'

/** The `default` of each property that has one. */
export function defaultsOf(properties: TProperties): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) =>
      Type.IsSchema(schema) && 'default' in schema ? [[name, schema.default]] : [],
    ),
  )
}
