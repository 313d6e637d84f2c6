// The values in effect where a document has none, read from the declarations themselves.

import { type TProperties, type TSchema, Type } from 'typebox'

/** The `default` of each property that has one. */
export function defaultsOf(properties: TProperties): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) =>
      Type.IsSchema(schema) && 'default' in schema ? [[name, schema.default]] : [],
    ),
  )
}

/** The settings as they take effect: the written ones, and the defaults of the others. Undefined if nothing takes effect. */
export function inEffect(schema: TSchema, written: unknown): unknown {
  const settings = written ?? ('default' in schema ? schema.default : undefined)
  if (!Type.IsObject(schema) || typeof settings !== 'object') return settings
  return { ...defaultsOf(schema.properties), ...settings }
}
