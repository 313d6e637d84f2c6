// What a client has when its stream begins: what it reports, except for what it NACKed on an earlier stream.

import { retiredResource } from '../snapshot/snapshot.ts'
import { emptyTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { type Held, holding, UNKNOWN } from '../type-state/held.ts'
import type { View } from '../type-state/view.ts'
import type { StreamState } from './stream.ts'

/** `reported`: names that the client still has, with their versions if it told them. */
export function reportedView(
  { snapshot, unconfirmed }: StreamState,
  typeUrl: string,
  reported: Iterable<readonly [string, string | undefined]>,
): View {
  const overrides = new Map<string, Held>()
  for (const [name, version] of reported) {
    const retired = snapshot && retiredResource(snapshot, typeUrl, name)
    if (retired !== undefined && (version === undefined || retired.version === version)) {
      // It is out of the snapshot, but its content is still at hand if the client may not lose it yet.
      overrides.set(name, holding(retired))
    } else {
      overrides.set(name, version === undefined ? UNKNOWN : { kind: 'claimed', version })
    }
  }
  for (const name of unconfirmed.get(typeUrl) ?? []) overrides.set(name, UNKNOWN)
  return { base: emptyTypeSnapshot(typeUrl), overrides }
}
