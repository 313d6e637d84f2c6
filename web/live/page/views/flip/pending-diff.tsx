// What will be sent, the button that sends it, what the control plane answered, and the way back.

import { Diff } from '../../document/diff.tsx'
import { Icon } from '../../shell/icon.tsx'
import type { Draft } from './draft.ts'
import type { Sending } from './send.ts'

export interface PendingDiffProps {
  readonly draft: Draft
  readonly sending: Sending
  readonly isAllowed: boolean
  readonly onSend: () => void
  /** Makes the edit that takes the last flip back; undefined without one. */
  readonly onUndo: (() => void) | undefined
}

export function PendingDiff({ draft, sending, isAllowed, onSend, onUndo }: PendingDiffProps) {
  const { patch } = draft
  return (
    <section
      class={patch === undefined ? 'card pending idle' : 'card pending'}
      aria-label="The diff that will be sent"
    >
      {patch === undefined ? (
        <p class="quiet small">
          {isAllowed
            ? 'Turn a switch: the diff that will be sent shows here.'
            : 'You are a viewer: you may watch, but not flip.'}
        </p>
      ) : (
        <Edits draft={draft} isSending={sending.state === 'sending'} isAllowed={isAllowed} onSend={onSend} />
      )}
      <Answer sending={sending} onUndo={patch === undefined ? onUndo : undefined} />
    </section>
  )
}

type EditsProps = Pick<PendingDiffProps, 'draft' | 'isAllowed' | 'onSend'> & { readonly isSending: boolean }

function Edits({ draft: { patch, changes, discard }, isSending, isAllowed, onSend }: EditsProps) {
  const request = `PATCH /v1/config\ncontent-type: application/merge-patch+json\n\n${JSON.stringify(patch, undefined, 2)}`
  return (
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
          <pre>{request}</pre>
        </details>
      </div>
    </>
  )
}

function Answer({ sending, onUndo }: Pick<PendingDiffProps, 'sending' | 'onUndo'>) {
  if (sending.state === 'refused') {
    // A rejected revision has its text in the lane; a document that was not written has it only here.
    const problems = sending.revision === undefined ? sending.problems : []
    return (
      <div class="refused" role="alert">
        <p class="small bad">{sending.words}</p>
        {problems.map(({ path, message }) => (
          <p class="small" key={path}>
            <code>{path}</code>: {message}
          </p>
        ))}
      </div>
    )
  }
  return (
    <div role="status" class="answer small">
      {sending.state === 'sent' && (
        <span class="good">
          Revision {sending.revision}: {sending.words}
        </span>
      )}
      {sending.state === 'sent' && onUndo !== undefined && (
        <button type="button" class="plain" onClick={onUndo}>
          <Icon name="undo" /> Flip it back
        </button>
      )}
    </div>
  )
}
