// Who wants to know which revision goes to the nodes: told right before and right after its snapshots are served.

import type { Translations } from './publisher.ts'

export interface ServingObserver {
  /** The events of the cache until `served` are about this revision. */
  serving(revision: number, translations: Translations): void
  /** @param fleets the ones whose snapshots the revision has changed; after a start, all */
  served(fleets: Iterable<string>): void
}
