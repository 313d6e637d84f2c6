// The event `load`: what the nodes of a fleet have reported about their calls (LRS) since the last one.

import type { LoadEvent as LoadOfFleet } from '../../api/schemas/events.ts'
import type { ClusterLoad, LoadReports } from '../../xds-server/index.ts'
import { endpointNames } from '../load-reports/describe-load.ts'
import type { LoadDocument } from '../load-reports/load-of-fleets.ts'
import { upstreamOfCluster } from '../load-reports/upstream-of-cluster.ts'
import type { EventHub, EventSource } from './event-hub.ts'
import { Throttle } from './throttle.ts'

const INTERVAL_MS = 1_000
/** Those with the most calls. More would be more than a person sees, and more than a slow reader reads. */
const MAX_ROWS = 1_000

export interface LoadEventsOptions {
  readonly reports: Pick<LoadReports, 'onEvent' | 'settings'>
  /** The document in force: only its fleets and upstreams count. */
  readonly document: () => LoadDocument
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number
}

interface Row {
  readonly upstream: string
  readonly node: string
  readonly address: string | undefined
  calls: number
  errors: number
}

export function loadEvents(
  hub: Pick<EventHub, 'publish'>,
  { reports, document, now = Date.now }: LoadEventsOptions,
): EventSource {
  return () => {
    /** By fleet, and by upstream, node and address. */
    const rows = new Map<string, Map<string, Row>>()
    const publishedAt = new Map<string, number>()
    const throttle = new Throttle(
      () => INTERVAL_MS,
      () => {
        const at = now()
        for (const [fleet, ofFleet] of rows) {
          const since = publishedAt.get(fleet) ?? at - reports.settings.intervalMs
          publishedAt.set(fleet, at)
          hub.publish('load', describe(fleet, [...ofFleet.values()], { since, at }, document()))
        }
        rows.clear()
      },
    )
    const stop = reports.onEvent((event) => {
      if (event.kind !== 'reported' || !Object.hasOwn(document().fleets, event.group)) return
      const ofFleet = rows.get(event.group) ?? new Map<string, Row>()
      rows.set(event.group, ofFleet)
      for (const load of event.clusters) addCluster(ofFleet, event.node, load)
      throttle.request()
    })
    return () => {
      stop()
      throttle.stop()
    }
  }
}

function addCluster(rows: Map<string, Row>, node: string, { cluster, localities }: ClusterLoad): void {
  const upstream = upstreamOfCluster(cluster)
  for (const { endpoints, ...locality } of localities) {
    // gRPC clients report localities only.
    const parts = endpoints.length > 0 ? endpoints : [{ ...locality, address: undefined }]
    for (const { address, started, errors } of parts) {
      const key = JSON.stringify([upstream, node, address])
      const row = rows.get(key) ?? { upstream, node, address, calls: 0, errors: 0 }
      row.calls += started
      row.errors += errors
      rows.set(key, row)
    }
  }
}

function describe(
  fleet: string,
  rows: readonly Row[],
  { since, at }: { readonly since: number; readonly at: number },
  document: LoadDocument,
): LoadOfFleet {
  // An Envoy reports the static clusters of its bootstrap too.
  const isKnown = ({ upstream, calls, errors }: Row) =>
    Object.hasOwn(document.upstreams, upstream) && calls + errors > 0
  const known = rows.filter(isKnown)
  const shown = known.sort((one, other) => other.calls - one.calls).slice(0, MAX_ROWS)
  const called = new Set(shown.map(({ upstream }) => upstream))
  const names = new Map([...called].map((upstream) => [upstream, endpointNames(document, upstream)]))
  return {
    at: new Date(at).toISOString(),
    seconds: (at - since) / 1_000,
    fleet,
    ...(shown.length < known.length && { truncated: true as const }),
    rows: shown.map(({ upstream, node, address, calls, errors }) => {
      const endpoint = address === undefined ? undefined : names.get(upstream)?.get(address)
      return {
        upstream,
        node,
        ...(endpoint !== undefined && { endpoint }),
        ...(address !== undefined && { address }),
        calls,
        errors,
      }
    }),
  }
}
