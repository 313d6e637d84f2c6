// The edits of the switches that are not sent yet, as a merge patch on the document in force.

import { useCallback, useMemo, useState } from 'preact/hooks'
import {
  applyPatch,
  type Change,
  changesBetween,
  type Path,
  patchBetween,
  withValue,
} from '../../document/json-patch.ts'
import type { Json, JsonObject } from '../../store/state.ts'

export interface Draft {
  /** The document as it will be. */
  readonly edited: Json
  /** Undefined if nothing is edited. */
  readonly patch: JsonObject | undefined
  readonly changes: readonly Change[]
  readonly set: (path: Path, value: Json | undefined) => void
  readonly replace: (patch: Json) => void
  readonly discard: () => void
}

/** The edits stay edits when the document changes meanwhile: the patch is applied to the new one. */
export function useDraft(document: JsonObject): Draft {
  const [kept, setKept] = useState<Json>({})
  const edited = useMemo(() => applyPatch(document, kept), [document, kept])
  // An edit that somebody else has made meanwhile is no longer one.
  const patch = useMemo(() => patchBetween(document, edited) as JsonObject | undefined, [document, edited])
  const changes = useMemo(() => changesBetween(document, edited), [document, edited])
  const set = useCallback(
    (path: Path, value: Json | undefined) =>
      setKept((patch) => patchBetween(document, withValue(applyPatch(document, patch), path, value)) ?? {}),
    [document],
  )
  const discard = useCallback(() => setKept({}), [])
  return { edited, patch, changes, set, replace: setKept, discard }
}
