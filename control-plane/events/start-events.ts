// The events of a control plane: a hub with all of its sources, and the progress of revisions.

import type { LoadReports, SnapshotCache } from '../../xds-server/index.ts'
import type { AccessLogs } from '../access-logs/access-logs.ts'
import type { Config } from '../document/model.ts'
import type { EndpointStore } from '../sources/endpoints/endpoint-store.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import { connectionEvents } from './connection-events.ts'
import { endpointEvents } from './endpoint-events.ts'
import { EventHub } from './event-hub.ts'
import { flipEvents } from './flip-events.ts'
import type { FlipTracker } from './flip-tracker.ts'
import { loadEvents } from './load-events.ts'
import { nodeEvents } from './node-events.ts'
import { revisionEvents } from './revision-events.ts'
import { TestbedEvents } from './testbed-events.ts'
import { TestbedLink } from './testbed-link.ts'
import { type TrafficSource, trafficEvents } from './traffic-events.ts'

export interface EventsOptions {
  readonly cache: Pick<SnapshotCache, 'onEvent' | 'status' | 'nodeStatus'>
  readonly flips: FlipTracker
  readonly store: Pick<RevisionStore, 'watch'>
  readonly state: { readonly head: { readonly number: number }; readonly effectiveConfig: Config }
  readonly loadReports: Pick<LoadReports, 'onEvent' | 'settings'>
  readonly endpoints: Pick<EndpointStore, 'onServed'>
  readonly accessLogs: Pick<AccessLogs, 'listen'>
  readonly traffic: TrafficSource
  /** Where the testbed answers that started this control plane. Default: no testbed. */
  readonly testbed?: string
  readonly onFault: (error: unknown) => void
}

export interface RunningEvents {
  readonly hub: EventHub
  readonly testbed?: TestbedEvents
}

/** @throws SwitchyardError `invalid-argument` for the URL of the testbed */
export function startEvents(options: EventsOptions): RunningEvents {
  const { cache, flips, store, state, loadReports, accessLogs, endpoints, traffic, onFault } = options
  const head = () => state.head.number
  const hub = new EventHub({ revision: head })
  hub.addSource(revisionEvents(hub, { store, head, onFault }))
  hub.addSource(nodeEvents(hub, cache))
  hub.addSource(endpointEvents(hub, endpoints))
  hub.addSource(flipEvents(hub, flips))
  hub.addSource(loadEvents(hub, { reports: loadReports, document: () => state.effectiveConfig }))
  hub.addSource(connectionEvents(hub, { logs: accessLogs }))
  hub.addSource(trafficEvents(hub, traffic))
  if (options.testbed === undefined) return { hub }
  const testbed = new TestbedEvents(hub, new TestbedLink(options.testbed))
  hub.addSource(testbed.source)
  return { hub, testbed }
}
