// The event `endpoints`: a source changed what is served of an upstream.

import type { EndpointChange } from '../sources/endpoints/endpoint-store.ts'
import type { EventHub, EventSource } from './event-hub.ts'

/** Names that an event shows of each list. */
const MAX_NAMES = 100

export function endpointEvents(
  hub: Pick<EventHub, 'publish'>,
  sources: { onServed(listener: (change: EndpointChange) => void): () => void },
): EventSource {
  return () =>
    sources.onServed(({ upstream, added, removed, changed, status }) =>
      hub.publish('endpoints', {
        at: new Date().toISOString(),
        upstream,
        ...status,
        added: added.slice(0, MAX_NAMES),
        removed: removed.slice(0, MAX_NAMES),
        changed: changed.slice(0, MAX_NAMES),
      }),
    )
}
