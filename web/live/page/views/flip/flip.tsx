// Flip: turn a switch, see the diff, and watch it reach each Envoy and change the distribution.

import { useRef, useState } from 'preact/hooks'
import { patchBetween } from '../../document/json-patch.ts'
import { useDocumentSchema } from '../../document/read-schema.ts'
import { useFleet } from '../../shell/fleet.ts'
import { useStore } from '../../store/page-store.ts'
import type { ConfigInForce, Json } from '../../store/state.ts'
import { DistributionCard } from '../distribution/distribution-card.tsx'
import { LoadLine } from '../load/load-line.tsx'
import { CallsStrip } from '../time/calls-strip.tsx'
import './flip.css'
import { useDraft } from './draft.ts'
import { Lanes } from './lanes.tsx'
import { PendingDiff } from './pending-diff.tsx'
import { type Sending, send } from './send.ts'
import { SwitchPanel } from './switch-panel.tsx'

export function Flip() {
  const fleet = useFleet()
  const config = useStore((state) => state.config)
  if (config === undefined) return <p class="empty">Reading the document …</p>
  if (fleet === undefined) {
    return <p class="empty">The document has no fleet yet. Write one with “yard apply FILE”.</p>
  }
  return <FlipOf key={fleet} fleet={fleet} config={config} />
}

function FlipOf({ fleet, config }: { readonly fleet: string; readonly config: ConfigInForce }) {
  const schema = useDocumentSchema()
  const isOperator = useStore(({ session }) => session.state === 'signedIn' && session.role === 'operator')
  const draft = useDraft(config.document)
  const [sending, setSending] = useState<Sending>({ state: 'idle' })

  const effects = useRef<HTMLDivElement>(null)
  const [undo, setUndo] = useState<Json>()

  const sendDraft = async () => {
    const { patch, edited } = draft
    if (patch === undefined || sending.state === 'sending') return
    setSending({ state: 'sending' })
    // Where the lanes are below the switches, a person would not see what happens.
    if (matchMedia('(width < 1000px)').matches) effects.current?.scrollIntoView({ block: 'start' })
    const answer = await send(patch, config.etag)
    setSending(answer)
    setUndo(answer.state === 'sent' ? patchBetween(edited, config.document) : undefined)
    // A document that was never written keeps its edits, so that they can be corrected.
    if (answer.state === 'sent' || (answer.state === 'refused' && answer.revision !== undefined))
      draft.discard()
  }
  const edit: typeof draft.set = (path, value) => {
    draft.set(path, value)
    setSending((before) => (before.state === 'sending' ? before : { state: 'idle' }))
  }
  return (
    <div class="flip">
      <div class="flip-switches">
        <SwitchPanel
          fleet={fleet}
          schema={schema}
          draft={{ ...draft, set: edit }}
          isAllowed={isOperator && sending.state !== 'sending'}
          problems={sending.state === 'refused' ? sending.problems : []}
        />
        <PendingDiff
          draft={draft}
          sending={sending}
          isAllowed={isOperator}
          onSend={() => void sendDraft()}
          onUndo={undo === undefined || !isOperator ? undefined : () => draft.replace(undo)}
        />
      </div>
      <div class="flip-effects" ref={effects}>
        <Lanes fleet={fleet} />
        <DistributionCard fleet={fleet} />
        <CallsStrip fleet={fleet} />
        <LoadLine />
      </div>
    </div>
  )
}
