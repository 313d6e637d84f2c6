// The Services in front of the backends, and what the meshes need to balance each of them by a certain policy.

import type { DestinationRule, Manifest } from '../../../../harness/cluster/kinds.ts'
import { type Mesh, WAYPOINT } from '../../../../harness/cluster/meshes.ts'
import { labelsOf, selectorOf } from '../../../../harness/cluster/pod.ts'
import { PORT, SERVICES } from '../targets.ts'
import { BACKENDS } from './backends.ts'

interface ServiceOptions {
  readonly headless?: boolean
  readonly labels?: Readonly<Record<string, string>>
  readonly port?: { readonly name: string; readonly appProtocol?: string }
}

/**
 * The name of the port tells Istio the protocol; Linkerd detects HTTP/2 by itself. The field `appProtocol` would be wrong here:
 * Linkerd treats a value that it does not know, such as Istio's "grpc", as opaque TCP.
 */
const GRPC = { name: 'grpc' }
/** Opaque to both: Istio knows "tcp", Linkerd does not. */
const TCP = { name: 'tcp', appProtocol: 'tcp' }

export function serviceManifests(namespace: string, mesh: Mesh): readonly Manifest[] {
  const service = (name: string, { headless, labels, port = GRPC }: ServiceOptions = {}): Manifest => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { ...labelsOf(BACKENDS), ...labels } },
    spec: {
      selector: selectorOf(BACKENDS),
      ports: [{ ...port, port: PORT, targetPort: PORT }],
      ...(headless && { clusterIP: 'None' }),
    },
  })
  const rule = (
    host: string,
    simple: DestinationRule['spec']['trafficPolicy']['loadBalancer']['simple'],
  ): Manifest => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: host, namespace, labels: labelsOf(BACKENDS) },
    spec: { host, trafficPolicy: { loadBalancer: { simple } } },
  })
  const waypoint: Manifest = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: {
      name: WAYPOINT,
      namespace,
      labels: { ...labelsOf(WAYPOINT), 'istio.io/waypoint-for': 'service' },
    },
    spec: {
      gatewayClassName: 'istio-waypoint',
      listeners: [{ name: 'mesh', port: 15_008, protocol: 'HBONE' }],
    },
  }
  const plain = [service(SERVICES.plain), service(SERVICES.headless, { headless: true })]
  switch (mesh) {
    case 'none':
      return plain
    case 'istio':
      return [
        ...plain,
        // The default of Istio, unless the mesh has another.
        rule(SERVICES.plain, 'LEAST_REQUEST'),
        service(SERVICES.roundRobin),
        rule(SERVICES.roundRobin, 'ROUND_ROBIN'),
        service(SERVICES.asTcp, { port: TCP }),
      ]
    case 'ambient':
      return [
        ...plain,
        waypoint,
        service(SERVICES.waypoint, { labels: { 'istio.io/use-waypoint': WAYPOINT } }),
        rule(SERVICES.waypoint, 'LEAST_REQUEST'),
      ]
    case 'linkerd':
      return [...plain, service(SERVICES.asTcp, { port: TCP })]
  }
}
