// Who wants to know which revision goes to the nodes: told right before and right after its snapshots are served.

import type { Translations } from './publisher.ts'

export interface ServingObserver {
  /** The events of the cache until `served` are about this revision. */
  serving(revision: number, translations: Translations): void
  /** @param fleets the ones whose snapshots the revision has changed; after a start, all */
  served(fleets: Iterable<string>): void
}

/** Tells several, each after the one before. */
export function inTurn(...observers: readonly ServingObserver[]): ServingObserver {
  return {
    serving: (revision, translations) => {
      for (const one of observers) one.serving(revision, translations)
    },
    served: (fleets) => {
      const all = [...fleets]
      for (const one of observers) one.served(all)
    },
  }
}
