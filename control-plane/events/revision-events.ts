// The event `revision`: a revision was written, or its status has changed.

import type { Revision } from '../../api/schemas/revision.ts'
import type { RevisionInfo } from '../store/revision.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import type { EventHub, EventSource } from './event-hub.ts'

export function revisionEvents(
  hub: Pick<EventHub, 'publish'>,
  {
    store,
    head,
    onFault,
  }: {
    readonly store: Pick<RevisionStore, 'watch'>
    /** The number of the revision in force. */
    readonly head: () => number
    readonly onFault: (error: unknown) => void
  },
): EventSource {
  return () => {
    const end = new AbortController()
    const follow = async () => {
      for await (const revision of store.watch(head(), { signal: end.signal })) {
        hub.publish('revision', toRevision(revision))
      }
    }
    follow().catch(onFault)
    return () => end.abort()
  }
}

function toRevision({ number, detail, ...rest }: RevisionInfo): Revision {
  return { revision: number, ...rest, ...(detail && { reason: detail.message, problems: detail.problems }) }
}
