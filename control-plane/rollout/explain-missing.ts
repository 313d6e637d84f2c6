// The error of a listener that a fleet does not have: gRPC clients show it to their callers.

import { type ErrorDetail, LISTENER, type Snapshot } from '../../xds-server/index.ts'

const NOT_FOUND = 5

/** A list of more names tells a caller no more. */
const MAX_SHOWN = 5

/** @returns undefined for another type: clients ask for those by what the control plane itself serves */
export function explainMissing(
  { group, typeUrl, name }: { readonly group: string; readonly typeUrl: string; readonly name: string },
  snapshot: Snapshot | undefined,
): ErrorDetail | undefined {
  if (typeUrl !== LISTENER) return undefined
  const names = [...(snapshot?.types.get(LISTENER)?.resources.names() ?? [])]
  const shown = names.slice(0, MAX_SHOWN).map((one) => `"${one}"`)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  const others = names.length === 0 ? 'it has none' : `it has ${shown.join(', ')}${more}`
  return { code: NOT_FOUND, message: `fleet "${group}" has no listener "${name}": ${others}`.slice(0, 1_024) }
}
