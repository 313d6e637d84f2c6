// Which cells a profile measures, how often and for how long.

import type { Profile, ProfileName } from '../../../harness/profile.ts'
import { BASE, MANY_CONNECTIONS, ONE_CONNECTION, withCalls as of, type Shape, THROUGHPUT } from './base.ts'
import type { Cell } from './cell.ts'
import type { Window } from './measure-way.ts'
import type { Way } from './ways/way.ts'
import { WORKLOADS, type WorkloadName } from './workloads.ts'

export interface Planned {
  readonly cell: Cell
  readonly window: Window
  /** Default: those of the plan. */
  readonly rounds?: number
}

const MANY_BACKENDS: Shape = { ...BASE, backends: 10 }

/** Where the whole matrix would take too long, these ways stand for their kind. */
const QUICK: Readonly<Record<string, readonly Shape[]>> = {
  'kernel-nat': [ONE_CONNECTION],
  'nginx-keep-alive': [THROUGHPUT],
  'mesh-node-proxies': [ONE_CONNECTION],
  'envoy-l4': [ONE_CONNECTION],
  'envoy-l7-round-robin': [ONE_CONNECTION, of('slow'), of('failing')],
  'envoy-l7-least-request': [of('slow')],
}

const STANDARD: Readonly<Record<string, readonly Shape[]>> = {
  'kernel-nat': [ONE_CONNECTION, MANY_CONNECTIONS, MANY_BACKENDS, of('streams')],
  'envoy-l4': [ONE_CONNECTION, MANY_CONNECTIONS, MANY_BACKENDS, of('streams'), of('mixed')],
  'envoy-l7-round-robin': [
    ...[ONE_CONNECTION, MANY_CONNECTIONS, MANY_BACKENDS],
    ...[of('streams'), of('mixed'), of('failing')],
  ],
  'envoy-l7-least-request': [MANY_BACKENDS, of('streams'), of('mixed'), of('failing')],
  'envoy-l7-client-side-weighted-round-robin': [of('failing')],
  'envoy-l7-random': [MANY_BACKENDS],
  'nginx-keep-alive': [ONE_CONNECTION, MANY_CONNECTIONS, of('streams'), of('failing')],
  'nginx-no-keep-alive': [MANY_CONNECTIONS],
  'haproxy-roundrobin': [ONE_CONNECTION, MANY_CONNECTIONS, of('streams'), of('failing')],
  'haproxy-leastconn': [of('streams'), of('mixed')],
  'mesh-sidecars-istio': [ONE_CONNECTION, MANY_CONNECTIONS, of('streams'), of('failing')],
  'mesh-sidecars-linkerd': [of('failing')],
  'mesh-node-proxies': [ONE_CONNECTION, MANY_CONNECTIONS],
  'mesh-waypoint': [ONE_CONNECTION],
  'dns-round-robin': [
    ...[ONE_CONNECTION, MANY_CONNECTIONS, MANY_BACKENDS],
    ...[of('streams'), of('failing')],
  ],
  'dns-pick-first': [ONE_CONNECTION],
  'xds-node': [ONE_CONNECTION, MANY_CONNECTIONS, of('streams'), of('failing')],
}

/** Latencies with a slow backend are compared over rounds. */
const SLOW: readonly string[] = [
  'envoy-l4',
  'envoy-l7-round-robin',
  'envoy-l7-least-request',
  'envoy-l7-client-side-weighted-round-robin',
  'haproxy-leastconn',
  'mesh-sidecars-istio',
  'dns-round-robin',
  'xds-node',
]

/** With whole windows, all ways together would take an hour. */
const STANDARD_SHARE = 0.6

/** Less is enough to see shares: only latencies need the whole window. */
const SHORT = 0.5
/** A quick run only sees whether a way works. */
const QUICK_WINDOW: Window = { warmUpSeconds: 0.2, seconds: 0.5 }

/** In the order of the ways, so that what a way starts is used again at once. */
export function plannedCells(profile: Profile, ways: readonly Way[]): readonly Planned[] {
  const window = {
    warmUpSeconds: profile.warmUpSeconds,
    seconds: profile.windowSeconds * (profile.name === 'standard' ? STANDARD_SHARE : 1),
  }
  const short = {
    warmUpSeconds: profile.warmUpSeconds * SHORT,
    seconds: window.seconds * SHORT,
  }
  const cellsOf = (way: Way, shapes: readonly Shape[], more: Omit<Planned, 'cell'>): readonly Planned[] =>
    shapes
      .filter((one) => canMeasure(way, one))
      .map((one) => ({
        cell: { way: way.id, ...one, ...(way.oneChannel && { connections: 1 }) },
        ...more,
      }))
  const byProfile: Readonly<Record<ProfileName, (way: Way) => readonly Planned[]>> = {
    quick: (way) => cellsOf(way, [BASE, ...(QUICK[way.id] ?? [])], { window: QUICK_WINDOW }),
    standard: (way) => [
      ...cellsOf(way, [BASE], { window }),
      ...cellsOf(way, [THROUGHPUT], { window: short }),
      ...cellsOf(way, SLOW.includes(way.id) ? [of('slow')] : [], { window: short }),
      ...cellsOf(way, STANDARD[way.id] ?? [], { window: short, rounds: 1 }),
    ],
    full: (way) => [
      ...cellsOf(way, [BASE, THROUGHPUT], { window }),
      ...cellsOf(way, everything(), { window: short, rounds: 1 }),
    ],
  }
  return ways.flatMap(byProfile[profile.name])
}

/** Of the numbers of connections, a way with one channel is measured with one. */
function canMeasure({ oneChannel = false }: Way, { workload, connections }: Shape): boolean {
  return !oneChannel || (WORKLOADS[workload].shape.kind === 'unary' && connections === BASE.connections)
}

function everything(): readonly Shape[] {
  const isKnown = new Set([BASE, THROUGHPUT].map((one) => JSON.stringify(one)))
  return Object.keys(WORKLOADS)
    .flatMap((workload) =>
      (['open', 'closed'] as const).flatMap((loop) =>
        [1, 4, 64].flatMap((connections) =>
          [3, 10].map(
            (backends): Shape => ({ workload: workload as WorkloadName, loop, connections, backends }),
          ),
        ),
      ),
    )
    .filter((one) => !isKnown.has(JSON.stringify(one)))
}
