// The values that hold where a person has not written any, read from the declarations themselves.

import { type TProperties, type TSchema, Type } from 'typebox'
import type { FieldSwitch } from './attach-points.ts'

/** The `default` of each property that has one. */
export function defaultsOf(properties: TProperties): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) =>
      Type.IsSchema(schema) && 'default' in schema ? [[name, schema.default]] : [],
    ),
  )
}

/** The settings as they take effect: what is written, with the defaults of what is not. Undefined where nothing takes effect. */
export function inEffect(schema: TSchema, written: unknown): unknown {
  const settings = written ?? ('default' in schema ? schema.default : undefined)
  if (!Type.IsObject(schema) || typeof settings !== 'object') return settings
  return { ...defaultsOf(schema.properties), ...settings }
}

/** What a switch with settings in effect gives, for each switch of a list on one entry of the document. */
export function partsOf<S extends FieldSwitch, T>(
  switches: readonly S[],
  entry: Readonly<Record<string, unknown>>,
  part: (declared: S, settings: never) => T | undefined,
): T[] {
  return switches.flatMap((declared) => {
    const settings = inEffect(declared.schema, entry[declared.field])
    if (settings === undefined) return []
    return part(declared, settings as never) ?? []
  })
}
