// Finds dangling references: config that no client could put into effect.

import type { Problem } from '../../core/errors.ts'
import type { Reference } from './references.ts'
import { describeResource } from './resource.ts'
import { type SnapshotContent, typeIn } from './snapshot.ts'

/**
 * Returns one problem for each reference to a resource that the snapshot does not have. Empty if the snapshot is consistent.
 * Assignments are never missing: a cluster without one is served an empty one.
 */
export function findDanglingReferences(snapshot: SnapshotContent): Problem[] {
  const problems: Problem[] = []
  const dangles = ({ typeUrl, name }: Reference) => !typeIn(snapshot, typeUrl).resources.has(name)
  for (const type of snapshot.types.values()) {
    // Most snapshots are consistent, so the ordered list is made only if there is a problem.
    if (!type.resources.unordered().some(({ references }) => references.some(dangles))) continue
    for (const resource of type.list) {
      for (const reference of resource.references.filter(dangles)) {
        problems.push({
          path: describeResource(resource),
          message: `refers to ${describeResource(reference)}, which is not in the snapshot: add it, or remove the reference`,
        })
      }
    }
  }
  return problems
}
