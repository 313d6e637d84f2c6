// What will be sent, the button that sends it, and what the control plane answered.

import { Diff } from '../../document/diff.tsx'
import type { Draft } from './draft.ts'
import type { Sending } from './send.ts'

export interface PendingDiffProps {
  readonly draft: Draft
  readonly sending: Sending
  readonly isAllowed: boolean
  readonly onSend: () => void
}

export function PendingDiff({ draft, sending, isAllowed, onSend }: PendingDiffProps) {
  const { patch, changes, discard } = draft
  const isSending = sending.state === 'sending'
  return (
    <section
      class={patch === undefined ? 'card pending idle' : 'card pending'}
      aria-label="The diff that will be sent"
    >
      {patch === undefined ? (
        <p class="quiet small">
          {isAllowed
            ? 'Turn a switch: the diff that will be sent shows here.'
            : 'You may look, but not change anything.'}
        </p>
      ) : (
        <>
          <Diff changes={changes} />
          <div class="pending-end">
            <button type="button" class="button main" disabled={!isAllowed || isSending} onClick={onSend}>
              {isSending ? 'Flipping …' : 'Flip'}
            </button>
            <button type="button" class="button" disabled={isSending} onClick={discard}>
              Discard
            </button>
            <details class="small">
              <summary>as a request</summary>
              <pre>
                {`PATCH /v1/config\ncontent-type: application/merge-patch+json\n\n${JSON.stringify(patch, undefined, 2)}`}
              </pre>
            </details>
          </div>
        </>
      )}
      <div role="status">
        {sending.state === 'sent' && (
          <p class="small good">
            Revision {sending.revision}: {sending.words}
          </p>
        )}
      </div>
      {sending.state === 'refused' && (
        <div class="refused" role="alert">
          <p class="small bad">{sending.words}</p>
          {sending.problems.map(({ path, message }) => (
            <p class="small" key={path}>
              <code>{path}</code>: {message}
            </p>
          ))}
        </div>
      )}
    </section>
  )
}
