// Changes of the document, place by place: what was, what will be.

import { Icon } from '../shell/icon.tsx'
import { type Change, describeValue } from './json-patch.ts'

export function Diff({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <ul class="diff">
      {changes.map(({ path, before, after }) => (
        <li key={path.join('.')}>
          <code class="diff-path">
            {path.slice(0, -1).map((name) => (
              <>
                {name}.<wbr />
              </>
            ))}
            <b>{path.at(-1)}</b>
          </code>
          <span class="diff-values">
            <del>{describeValue(before)}</del>
            <Icon name="arrow" />
            <span class="unseen">becomes</span>
            <ins>{describeValue(after)}</ins>
          </span>
        </li>
      ))}
    </ul>
  )
}
