// The event `flip`: how far a revision has come, when a lane of it has changed.

import type { EventHub, EventSource } from './event-hub.ts'
import type { Flip } from './flip.ts'
import type { FlipTracker } from './flip-tracker.ts'
import { Throttle } from './throttle.ts'

const INTERVAL_MS = 200
/** An event has all lanes, so that those of a large fleet come more rarely: 1,000 lanes once a second. */
const MS_PER_LANE = 1

export function flipEvents(hub: Pick<EventHub, 'publish'>, flips: FlipTracker): EventSource {
  return () => {
    const changed = new Set<Flip>()
    const published = new Map<number, string>()
    const intervalMs = () => {
      const lanes = [...changed].reduce((sum, { size }) => sum + size, 0)
      return Math.max(INTERVAL_MS, lanes * MS_PER_LANE)
    }
    const throttle = new Throttle(intervalMs, () => {
      const all = [...changed]
      changed.clear()
      for (const flip of all) {
        const progress = flips.read(flip)
        const text = JSON.stringify(progress)
        if (published.get(flip.revision) === text) continue
        published.set(flip.revision, text)
        hub.publish('flip', progress, `flip ${flip.revision}`)
      }
      // An old flip does not change any more.
      for (const revision of published.keys()) if (published.size > MAX_PUBLISHED) published.delete(revision)
    })
    const stop = flips.listen((flip) => {
      changed.add(flip)
      throttle.request()
    })
    return () => {
      stop()
      throttle.stop()
    }
  }
}

/** Several fleets may be served different revisions. */
const MAX_PUBLISHED = 50
