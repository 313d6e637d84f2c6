// Differences between two values, one a line: the path, what was there, and what is there now.

import type { Difference } from '../../../../core/differences.ts'
import { parsePath } from '../../../../core/document-path.ts'
import { Diff } from '../document/diff.tsx'
import type { Json } from '../store/state.ts'

interface ChangeListProps {
  readonly changes: readonly Difference[]
  /** Said if there are none. */
  readonly none: string
}

/** More would be read by nobody, and make the page slow. */
const SHOWN = 200

export function ChangeList({ changes, none }: ChangeListProps) {
  if (changes.length === 0) return <p class="quiet small">{none}</p>
  const shown = changes.slice(0, SHOWN).map(({ path, before, after }) => ({
    path: path === '' ? ['the whole'] : parsePath(path),
    before: before as Json | undefined,
    after: after as Json | undefined,
  }))
  return (
    <div class="changes">
      <Diff changes={shown} />
      {changes.length > SHOWN && <p class="quiet small">and {changes.length - SHOWN} more</p>}
    </div>
  )
}
