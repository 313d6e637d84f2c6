// One revision: its verdict, what it changed, where it leads, and the way back to its document.

import { useEffect, useState } from 'preact/hooks'
import type { Revision } from '../../../../../api/schemas/revision.ts'
import { type Difference, differencesBetween } from '../../../../../core/differences.ts'
import { ChangeList } from '../../controls/change-list.tsx'
import { shortenPlaces } from '../../controls/places.ts'
import { ScrollText } from '../../controls/scroll-text.tsx'
import { readDocument } from '../../document/read-document.ts'
import { formatRoute } from '../../shell/route.ts'
import { RevisionMark } from './revision-status.tsx'
import { windowOfRevision } from './revision-window.ts'
import { RollBack } from './roll-back.tsx'

interface RevisionDetailProps {
  readonly revision: Revision
  readonly revisions: readonly Revision[]
  readonly inForce: number | undefined
}

export function RevisionDetail({ revision: one, revisions, inForce }: RevisionDetailProps) {
  const { revision, status, author, createdAt, reason, problems = [] } = one
  const [against, setAgainst] = useState<'before' | 'inForce'>('before')
  const isInForce = revision === inForce
  const other = against === 'before' || isInForce ? revision - 1 : inForce
  const { changes, problem } = useChanges(other, revision)
  return (
    <section class="card revision-detail" aria-label={`Revision ${revision}`}>
      <header>
        <h2>Revision {revision}</h2>
        <RevisionMark status={status} />
        <span class="quiet small">
          by {author}, {new Date(createdAt).toLocaleString()}
        </span>
      </header>
      {reason !== undefined && (
        <div class={status === 'rejected' || status === 'rolled_back' ? 'verdict bad-verdict' : 'verdict'}>
          <ScrollText label="Why" text={reason} />
          {problems.length > 0 && (
            <ul class="places">
              {shortenPlaces(problems, reason).map(({ path, message }) => (
                <li key={path + message}>
                  <code>{path}</code> <span class="small">{message}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      <div class="changes-head">
        <h3>
          {other === inForce && !isInForce
            ? `From revision ${inForce}, in force, to this`
            : 'What it changed'}
        </h3>
        {!isInForce && inForce !== undefined && (
          <label class="small">
            compare with{' '}
            <select
              value={against}
              onChange={({ currentTarget }) => setAgainst(currentTarget.value as 'before')}
            >
              <option value="before">the revision before</option>
              <option value="inForce">the one in force ({inForce})</option>
            </select>
          </label>
        )}
      </div>
      {problem !== undefined && <p class="banner bad">{problem}</p>}
      {changes !== undefined && (
        <ChangeList changes={changes} none={revision === 1 ? 'It is empty.' : 'The documents are equal.'} />
      )}
      <Links one={one} revisions={revisions} />
      {!isInForce && inForce !== undefined && <RollBack to={revision} inForce={inForce} />}
    </section>
  )
}

function Links({ one, revisions }: { readonly one: Revision; readonly revisions: readonly Revision[] }) {
  const [isCopied, setCopied] = useState(false)
  const { from, to } = windowOfRevision(revisions, one, Date.now())
  const copy = () =>
    navigator.clipboard
      .writeText(
        `${location.origin}${location.pathname}${formatRoute('history', { revision: String(one.revision) })}`,
      )
      .then(() => setCopied(true))
      .catch(() => setCopied(false))
  return (
    <p class="revision-links small">
      <a href={formatRoute('time', { from, to })}>Traffic while it was in force</a>
      <a href={formatRoute('flip', { revision: String(one.revision) })}>How it reached the nodes</a>
      <button type="button" class="plain" onClick={() => void copy()}>
        Copy a link to this revision
      </button>
      <span role="status">{isCopied && 'Copied.'}</span>
    </p>
  )
}

interface Changes {
  readonly changes?: readonly Difference[]
  readonly problem?: string
}

/** From the document of one revision to that of another. Number 0 is the empty document. */
export function useChanges(from: number | undefined, to: number): Changes {
  const [found, setFound] = useState<Changes>({})
  useEffect(() => {
    let isGone = false
    setFound({})
    if (from === undefined) return
    const documentOf = async (number: number) => (number === 0 ? {} : await readDocument(number))
    Promise.all([documentOf(from), documentOf(to)])
      .then(([before, after]) => isGone || setFound({ changes: differencesBetween(before, after) }))
      .catch((error: Error) => isGone || setFound({ problem: error.message }))
    return () => {
      isGone = true
    }
  }, [from, to])
  return found
}
