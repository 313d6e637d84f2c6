// Names that a client waits for, and why it does not get them.

import type { ErrorDetail, Explain } from '../snapshot/resource-error.ts'
import { errorsIn, type Snapshot } from '../snapshot/snapshot.ts'
import { describeList, type NameList, shortened } from './name-list.ts'

/**
 * Names that a client asks for and that what it is served lacks, or all that it lacks if its group has no snapshot. It waits for them.
 *
 * @example
 * ```ts
 * import type { MissingStatus } from 'switchyard'
 *
 * const describe = ({ count, errors = [] }: MissingStatus) => `${count} missing: ${errors[0]?.message ?? ''}`
 * for (const { id, types } of cache.status('edge')) {
 *   for (const { missing } of Object.values(types)) if (missing) console.log(id, describe(missing))
 * }
 * ```
 */
export interface MissingStatus extends NameList {
  /**
   * Why the first 20 are missing: the errors of the snapshot, of `explainMissing`, or NOT_FOUND, as they are when this is read first;
   * UNAVAILABLE if the group has no snapshot. Absent if the node is disconnected.
   */
  readonly errors?: readonly ({ readonly name: string } & ErrorDetail)[]
}

const MAX_EXPLAINED = 20

export function describeMissing(
  typeUrl: string,
  names: readonly string[],
  snapshot: Snapshot | undefined,
  explain: Explain | undefined,
): MissingStatus {
  const list = describeList(names)
  if (explain === undefined) return list
  // A status may be kept for long, so it does not hold the snapshot and all names.
  const given = snapshot && errorsIn(snapshot, typeUrl)
  const first = names.slice(0, MAX_EXPLAINED)
  let errors: MissingStatus['errors']
  return {
    ...list,
    // The status is read after each event, and mostly for the state alone.
    get errors() {
      errors ??= first.map((name) => {
        const { code, message } = given?.get(name) ?? explain(typeUrl, name)
        return { name: shortened(name), code, message }
      })
      return errors
    },
  }
}
