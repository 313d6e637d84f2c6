// The event `traffic`: one interval of a fleet, from the stats that its nodes push.

import type { TrafficSample } from '../../api/schemas/traffic.ts'
import type { EventHub, EventSource } from './event-hub.ts'

/** Where samples come from. */
export interface TrafficSource {
  readonly onSample: (listener: (sample: TrafficSample) => void) => () => void
}

export function trafficEvents(hub: Pick<EventHub, 'publish'>, traffic: TrafficSource): EventSource {
  return () => traffic.onSample((sample) => hub.publish('traffic', sample))
}
