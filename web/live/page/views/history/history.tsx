// History: every revision, who wrote it and what it changed; and the way back to it.

import './history.css'
import '../../controls/change-list.css'
import { useMemo, useState } from 'preact/hooks'
import type { Revision } from '../../../../../api/schemas/revision.ts'
import { formatRoute, useRoute } from '../../shell/route.ts'
import { useStore } from '../../store/page-store.ts'
import { rest } from '../../store/rest.ts'
import { ago } from './ago.ts'
import { RevisionDetail } from './revision-detail.tsx'
import { RevisionMark } from './revision-status.tsx'

/** Of one more page of the list. */
const PAGE = 100

export function History() {
  const { params } = useRoute()
  const kept = useStore((state) => state.revisions)
  const inForce = useStore((state) => state.status?.revision.revision)
  const [older, setOlder] = useState<readonly Revision[]>([])
  const revisions = useMemo(() => merge(kept.values(), older), [kept, older])
  const wanted = Number(params.get('revision') ?? inForce)
  const chosen = revisions.find(({ revision }) => revision === wanted)
  const oldest = revisions.at(-1)?.revision
  return (
    <div class="history">
      <section class="card" aria-labelledby="revisions-title">
        <header>
          <h2 id="revisions-title">Revisions</h2>
          <span class="quiet small">newest first</span>
        </header>
        {revisions.length === 0 && <p class="empty">No revision has been read yet.</p>}
        <ol class="revisions" reversed>
          {revisions.map((one) => (
            <RevisionRow
              key={one.revision}
              one={one}
              isChosen={one.revision === wanted}
              isInForce={one.revision === inForce}
            />
          ))}
        </ol>
        {oldest !== undefined && oldest > 1 && (
          <More before={oldest} add={(some) => setOlder([...older, ...some])} />
        )}
      </section>
      {chosen === undefined ? (
        <Absent number={wanted} isEmpty={revisions.length === 0} />
      ) : (
        <RevisionDetail key={chosen.revision} revision={chosen} revisions={revisions} inForce={inForce} />
      )}
    </div>
  )
}

interface RevisionRowProps {
  readonly one: Revision
  readonly isChosen: boolean
  readonly isInForce: boolean
}

function RevisionRow({ one, isChosen, isInForce }: RevisionRowProps) {
  const { revision, status, author, createdAt } = one
  return (
    <li class={isChosen ? 'chosen' : undefined}>
      <a
        href={formatRoute('history', { revision: String(revision) })}
        aria-current={isChosen ? 'true' : undefined}
      >
        <b>{revision}</b>
        <span class="by">
          {author}
          <time class="quiet" dateTime={createdAt} title={new Date(createdAt).toLocaleString()}>
            {ago(createdAt, Date.now())}
          </time>
        </span>
        {isInForce && <span class="tag">in force</span>}
        <RevisionMark status={status} />
      </a>
    </li>
  )
}

function More({
  before,
  add,
}: {
  readonly before: number
  readonly add: (some: readonly Revision[]) => void
}) {
  const [problem, setProblem] = useState<string>()
  const read = () =>
    rest
      .listRevisions({ before, limit: PAGE })
      .then(({ revisions }) => add(revisions))
      .catch((error: Error) => setProblem(error.message))
  return (
    <>
      {problem !== undefined && <p class="banner bad">{problem}</p>}
      <button type="button" class="button more" onClick={() => void read()}>
        Older revisions
      </button>
    </>
  )
}

/** A link may name a revision that the list does not have yet. */
function Absent({ number, isEmpty }: { readonly number: number; readonly isEmpty: boolean }) {
  if (isEmpty || Number.isNaN(number)) return null
  return (
    <section class="card" aria-label={`Revision ${number}`}>
      <p class="empty">Revision {number} is not in this list. Read older revisions to find it.</p>
    </section>
  )
}

/** Newest first, each once; what the store has is newer than what was read. */
function merge(kept: Iterable<Revision>, older: readonly Revision[]): readonly Revision[] {
  const all = new Map([...older, ...kept].map((one) => [one.revision, one]))
  return [...all.values()].sort((one, other) => other.revision - one.revision)
}
