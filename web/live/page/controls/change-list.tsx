// Differences between two values, one a line: the path, what was there, and what is there now.

import type { Difference } from '../../../../core/differences.ts'

interface ChangeListProps {
  readonly changes: readonly Difference[]
  /** Said if there are none. */
  readonly none: string
}

/** More would be read by nobody, and make the page slow. */
const SHOWN = 200

export function ChangeList({ changes, none }: ChangeListProps) {
  if (changes.length === 0) return <p class="quiet small">{none}</p>
  return (
    <>
      <ul class="changes">
        {changes.slice(0, SHOWN).map(({ path, before, after }) => (
          <li key={path}>
            <code class="change-path">{path || 'the whole value'}</code>{' '}
            {before !== undefined && (
              <del>
                <span class="unseen">was </span>
                {written(before)}
              </del>
            )}
            {before !== undefined && after !== undefined && <span aria-hidden="true"> → </span>}
            {after !== undefined && (
              <ins>
                <span class="unseen">is now </span>
                {written(after)}
              </ins>
            )}
          </li>
        ))}
      </ul>
      {changes.length > SHOWN && <p class="quiet small">and {changes.length - SHOWN} more</p>}
    </>
  )
}

function written(value: unknown): string {
  return JSON.stringify(value)
}
