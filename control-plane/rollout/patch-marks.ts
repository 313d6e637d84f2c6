// Which fields come from patches, in the resources that a fleet is served.

import { formatSteps } from '../document/problem.ts'
import type { AppliedPatch } from '../translate/patches/patch-fleet.ts'

/** One patch on one resource. */
export interface PatchMark {
  readonly typeUrl: string
  readonly name: string
  /** The path of the patch in the document. */
  readonly path: string
  /** JSON pointers to what it changed. */
  readonly pointers: readonly string[]
}

/** @param patches by `TYPE_URL NAME` */
export function markPatches(patches: ReadonlyMap<string, readonly AppliedPatch[]>): readonly PatchMark[] {
  return [...patches].flatMap(([key, applied]) => {
    const space = key.indexOf(' ')
    return applied.map(({ steps, changes }) => ({
      typeUrl: key.slice(0, space),
      name: key.slice(space + 1),
      path: formatSteps(steps),
      pointers: changes.map(({ pointer }) => pointer),
    }))
  })
}
