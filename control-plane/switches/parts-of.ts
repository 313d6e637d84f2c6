// What the switches of one entry of the document give for one Envoy message.

import type { FieldSwitch } from './attach-points.ts'
import { inEffect } from './defaults.ts'

/** The part of each switch of a list that is in effect on an entry: because it is written, or by its default. */
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
