// The ways to the backends that exist in a cluster: which Service a client dials, and by which policy of its own.

import type { Mesh } from './meshes.ts'

export const PORT = 50_051

export interface Target {
  /** Part of the ids of its runs. */
  readonly id: string
  /** The way, as the report shows it. */
  readonly title: string
  /** What a client dials. */
  readonly target: string
  /** What the client does with the addresses that the name resolves to. */
  readonly policy: 'pick_first' | 'round_robin'
  /** Who chooses the backend, and for what: every call, or a connection. */
  readonly balances: 'calls' | 'connections' | 'nothing'
}

/** The Services in front of the same pods. Which policy is in force depends on the Service, so one Job compares them all. */
export const SERVICES = {
  plain: 'echo',
  headless: 'echo-headless',
  /** Istio's round robin, by a DestinationRule. */
  roundRobin: 'echo-round-robin',
  /** Its port claims to speak an unknown protocol over TCP, as ports with a wrong name do: the mesh cannot see the calls. */
  asTcp: 'echo-as-tcp',
  /** Behind a waypoint of Istio ambient. */
  waypoint: 'echo-waypoint',
} as const

const dial = (service: string) => `dns:///${service}:${PORT}`

export const HEADLESS: Target = {
  id: 'headless-round-robin',
  title: 'headless Service, round_robin in the client',
  target: dial(SERVICES.headless),
  policy: 'round_robin',
  balances: 'calls',
}

const plain = (title: string, balances: Target['balances']): Target => ({
  ...{ id: 'service', title, target: dial(SERVICES.plain), policy: 'pick_first', balances },
})
const asTcp = (title: string): Target => ({
  ...{ id: 'as-tcp', title, target: dial(SERVICES.asTcp), policy: 'pick_first', balances: 'connections' },
})

export const TARGETS: Readonly<Record<Mesh, readonly Target[]>> = {
  none: [
    plain('ClusterIP Service (kube-proxy)', 'connections'),
    HEADLESS,
    {
      ...HEADLESS,
      ...{ id: 'headless-pick-first', title: 'headless Service, pick_first in the client' },
      ...{ policy: 'pick_first', balances: 'nothing' },
    },
  ],
  istio: [
    plain('Istio sidecars, least request (its default)', 'calls'),
    {
      ...{ id: 'round-robin', title: 'Istio sidecars, round robin' },
      ...{ target: dial(SERVICES.roundRobin), policy: 'pick_first', balances: 'calls' },
    },
    asTcp('Istio sidecars, port declared as TCP'),
    HEADLESS,
  ],
  ambient: [
    plain('Istio ambient, ztunnel only', 'connections'),
    {
      ...{ id: 'waypoint', title: 'Istio ambient, waypoint' },
      ...{ target: dial(SERVICES.waypoint), policy: 'pick_first', balances: 'calls' },
    },
    HEADLESS,
  ],
  linkerd: [
    plain('Linkerd, peak EWMA (its only policy)', 'calls'),
    asTcp('Linkerd, port declared as TCP'),
    HEADLESS,
  ],
}

/** A service config with this policy. */
export function byPolicy(policy: Target['policy']): object {
  return { loadBalancingConfig: [{ [policy]: {} }] }
}
