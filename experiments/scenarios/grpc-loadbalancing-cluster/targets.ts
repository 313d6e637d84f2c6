// The ways to the backends that exist in a cluster: which Service a client dials, and by which policy of its own.

import type { Mesh } from '../../../harness/cluster/meshes.ts'
import { BASE } from '../grpc-loadbalancing/base.ts'
import type { WayFacts } from '../grpc-loadbalancing/checks/subject.ts'

export const PORT = 50_051
/** As many as most runs on one machine have. */
export const BACKEND_COUNT = BASE.backends

/** A way that exists on one machine too has the id that it has there, so that its runs can be compared. */
export interface ClusterWay extends WayFacts {
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
const through = (service: string, facts: WayFacts): ClusterWay => ({
  ...facts,
  target: dial(service),
  policy: 'pick_first',
})

export const HEADLESS: ClusterWay = {
  ...{ id: 'dns-round-robin', title: 'headless, round_robin' },
  ...{ who: 'client', picksFor: 'call', target: dial(SERVICES.headless), policy: 'round_robin' },
}

export const CLUSTER_WAYS: Readonly<Record<Mesh, readonly ClusterWay[]>> = {
  none: [
    through(SERVICES.plain, {
      ...{ id: 'kernel-nat', title: 'ClusterIP (kube-proxy)', who: 'kernel', picksFor: 'connection' },
    }),
    HEADLESS,
    through(SERVICES.headless, {
      ...{ id: 'dns-pick-first', title: 'headless, pick_first' },
      ...{ who: 'client', picksFor: 'connection' },
    }),
  ],
  istio: [
    through(SERVICES.plain, {
      ...{ id: 'mesh-sidecars-istio', title: 'Istio, least request', who: 'sidecar', picksFor: 'call' },
    }),
    through(SERVICES.roundRobin, {
      ...{ id: 'istio-round-robin', title: 'Istio, round robin', who: 'sidecar', picksFor: 'call' },
    }),
    through(SERVICES.asTcp, {
      ...{ id: 'istio-as-tcp', title: 'Istio, port as TCP' },
      ...{ who: 'sidecar', picksFor: 'connection' },
    }),
    HEADLESS,
  ],
  ambient: [
    through(SERVICES.plain, {
      ...{ id: 'mesh-node-proxies', title: 'ztunnel alone', who: 'proxy', picksFor: 'connection' },
    }),
    through(SERVICES.waypoint, {
      ...{ id: 'mesh-waypoint', title: 'waypoint', who: 'proxy', picksFor: 'call' },
    }),
    HEADLESS,
  ],
  linkerd: [
    through(SERVICES.plain, {
      ...{ id: 'mesh-sidecars-linkerd', title: 'Linkerd, peak EWMA', who: 'sidecar', picksFor: 'call' },
    }),
    through(SERVICES.asTcp, {
      ...{ id: 'linkerd-as-tcp', title: 'Linkerd, port as TCP' },
      ...{ who: 'sidecar', picksFor: 'connection' },
    }),
    HEADLESS,
  ],
}

export const ALL_WAYS: readonly ClusterWay[] = Object.values(CLUSTER_WAYS).flat()

/** Peak EWMA prefers whom it finds fast, so its shares need not be even where all backends are well. */
export const MAY_BE_UNEVEN: readonly string[] = ['mesh-sidecars-linkerd']

/** A service config with this policy. */
export function byPolicy(policy: ClusterWay['policy']): object {
  return { loadBalancingConfig: [{ [policy]: {} }] }
}
