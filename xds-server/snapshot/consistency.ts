// Finds the references of a snapshot that lead nowhere: config that no client could put into effect.

import type { Problem } from '../../core/errors.ts'
import type { Reference } from './references.ts'
import { describeResource } from './resource.ts'
import { type SnapshotContent, typeIn } from './snapshot.ts'

/**
 * One problem for each reference to a resource that the snapshot lacks; empty where it is consistent.
 * Assignments are not missed: a cluster without one is served an empty one.
 */
export function findDanglingReferences(snapshot: SnapshotContent): Problem[] {
  const problems: Problem[] = []
  const dangles = ({ typeUrl, name }: Reference) => !typeIn(snapshot, typeUrl).resources.has(name)
  for (const type of snapshot.types.values()) {
    // A list in order is made only where there is something to tell.
    if (!type.resources.unordered().some(({ references }) => references.some(dangles))) continue
    for (const resource of type.list) {
      for (const reference of resource.references.filter(dangles)) {
        problems.push({
          path: describeResource(resource),
          message: `refers to ${describeResource(reference)}, which the snapshot lacks: add it, or drop the reference`,
        })
      }
    }
  }
  return problems
}
