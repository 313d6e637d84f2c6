// The ways to the backends that exist in a cluster: which Service a client dials, and by which policy of its own.

import type { Way } from '../grpc-loadbalancing/ways/way.ts'
import type { Mesh } from './meshes.ts'

export const PORT = 50_051
/** As many as most runs on one machine have. */
export const BACKEND_COUNT = 3

/** A way that exists on one machine too has the id that it has there, so that its runs can be compared. */
export interface ClusterWay extends Pick<Way, 'id' | 'title' | 'who' | 'picksFor'> {
  /** What a client dials. */
  readonly target: string
  /** What the client does with the addresses that the name resolves to. */
  readonly policy: 'pick_first' | 'round_robin'
}

/** The Services in front of the same pods. Which policy is in force depends on the Service, so one Job compares them all. */
export const SERVICES = {
  plain: 'echo',
  headless: 'echo-headless',
  /** Istio's round robin, by a DestinationRule. */
  roundRobin: 'echo-round-robin',
  /** Its port is declared as TCP, as ports with a wrong name are: the mesh does not see the calls. */
  asTcp: 'echo-as-tcp',
  /** Behind a waypoint of Istio ambient. */
  waypoint: 'echo-waypoint',
} as const

const dial = (service: string) => `dns:///${service}:${PORT}`
const through = (
  service: string,
  facts: Pick<ClusterWay, 'id' | 'title' | 'who' | 'picksFor'>,
): ClusterWay => ({ ...facts, target: dial(service), policy: 'pick_first' })

export const HEADLESS: ClusterWay = {
  ...{ id: 'dns-round-robin', title: 'headless Service, round_robin in the client' },
  ...{ who: 'client', picksFor: 'call', target: dial(SERVICES.headless), policy: 'round_robin' },
}

export const CLUSTER_WAYS: Readonly<Record<Mesh, readonly ClusterWay[]>> = {
  none: [
    through(SERVICES.plain, {
      ...{ id: 'cluster-ip', title: 'ClusterIP Service (kube-proxy)', who: 'kernel', picksFor: 'connection' },
    }),
    HEADLESS,
    through(SERVICES.headless, {
      ...{ id: 'dns-pick-first', title: 'headless Service, pick_first in the client' },
      ...{ who: 'client', picksFor: 'connection' },
    }),
  ],
  istio: [
    through(SERVICES.plain, {
      ...{ id: 'istio', title: 'Istio sidecars, least request', who: 'sidecar', picksFor: 'call' },
    }),
    through(SERVICES.roundRobin, {
      ...{ id: 'istio-round-robin', title: 'Istio sidecars, round robin', who: 'sidecar', picksFor: 'call' },
    }),
    through(SERVICES.asTcp, {
      ...{ id: 'istio-as-tcp', title: 'Istio sidecars, port declared as TCP' },
      ...{ who: 'sidecar', picksFor: 'connection' },
    }),
    HEADLESS,
  ],
  ambient: [
    through(SERVICES.plain, {
      ...{ id: 'ztunnel', title: 'Istio ambient, ztunnel alone', who: 'proxy', picksFor: 'connection' },
    }),
    through(SERVICES.waypoint, {
      ...{ id: 'waypoint', title: 'Istio ambient, waypoint', who: 'proxy', picksFor: 'call' },
    }),
    HEADLESS,
  ],
  linkerd: [
    through(SERVICES.plain, {
      ...{ id: 'linkerd', title: 'Linkerd, peak EWMA', who: 'sidecar', picksFor: 'call' },
    }),
    through(SERVICES.asTcp, {
      ...{ id: 'linkerd-as-tcp', title: 'Linkerd, port declared as TCP' },
      ...{ who: 'sidecar', picksFor: 'connection' },
    }),
    HEADLESS,
  ],
}

/** Peak EWMA prefers whom it finds fast, so its shares need not be even where all backends are well. */
export const MAY_BE_UNEVEN: readonly string[] = ['linkerd']

/** A service config with this policy. */
export function byPolicy(policy: ClusterWay['policy']): object {
  return { loadBalancingConfig: [{ [policy]: {} }] }
}
