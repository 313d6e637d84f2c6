// Rolling back: the document of an earlier revision becomes a new revision. What that changes is shown before.

import { useState } from 'preact/hooks'
import { type Difference, differencesBetween } from '../../../../../core/differences.ts'
import { ChangeList } from '../../controls/change-list.tsx'
import { readDocument } from '../../document/read-document.ts'
import { Icon } from '../../shell/icon.tsx'
import { setParams } from '../../shell/route.ts'
import { useStore } from '../../store/page-store.ts'
import { rest } from '../../store/rest.ts'

type Step =
  | { readonly step: 'start' }
  | {
      readonly step: 'asking'
      readonly changes: readonly Difference[]
      readonly document: object
      readonly etag: string
    }
  | { readonly step: 'writing' }
  | { readonly step: 'failed'; readonly message: string }

export function RollBack({ to, inForce }: { readonly to: number; readonly inForce: number }) {
  const [state, setState] = useState<Step>({ step: 'start' })
  const mayWrite = useStore(({ session }) => session.state === 'signedIn' && session.role === 'operator')

  const fail = ({ message }: Error) => setState({ step: 'failed', message })
  const ask = async () => {
    const [wanted, current] = await Promise.all([readDocument(to), rest.getConfig()])
    const changes = differencesBetween(current.config, wanted)
    setState({ step: 'asking', changes, document: wanted as object, etag: current.etag })
  }
  /** With the ETag of the document that was compared: if somebody else writes meanwhile, this fails, and nothing is lost. */
  const write = async (document: object, etag: string) => {
    setState({ step: 'writing' })
    const { revision } = await rest.putConfig(document, { etag })
    setParams({ revision: String(revision) })
  }

  if (state.step === 'asking') {
    const { changes, document, etag } = state
    if (changes.length === 0) {
      return (
        <p class="roll-back quiet small">The document in force is the same: there is nothing to roll back.</p>
      )
    }
    return (
      <fieldset class="roll-back" aria-label={`Roll back to revision ${to}`}>
        <h3>Rolling back writes a new revision with this document. It changes:</h3>
        <ChangeList changes={changes} none="" />
        <div class="roll-back-buttons">
          <button type="button" class="button main" onClick={() => void write(document, etag).catch(fail)}>
            Roll back now
          </button>
          <button type="button" class="button" onClick={() => setState({ step: 'start' })}>
            Cancel
          </button>
        </div>
      </fieldset>
    )
  }
  return (
    <div class="roll-back">
      {state.step === 'failed' && (
        <p class="banner bad whole-text" role="alert">
          {state.message}
        </p>
      )}
      <button
        type="button"
        class="button"
        disabled={!mayWrite || state.step === 'writing'}
        onClick={() => void ask().catch(fail)}
      >
        <Icon name="undo" />
        {state.step === 'writing' ? 'Waiting for the nodes…' : `Roll back to revision ${to}`}
      </button>
      {!mayWrite && <span class="quiet small">Only an operator can change the configuration.</span>}
      {mayWrite && <span class="quiet small">Revision {inForce} stays in the history.</span>}
    </div>
  )
}
