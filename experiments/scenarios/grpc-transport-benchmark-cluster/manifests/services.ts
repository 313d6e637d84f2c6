// The Services in front of the servers that are reached by a network.

import type { Manifest } from '../../../../harness/cluster/kinds.ts'
import { labelsOf, selectorOf } from '../../../../harness/cluster/pod.ts'
import { headlessOf, PORT, SERVERS } from '../placements.ts'

export function serviceManifests(namespace: string, nodePort: number): readonly Manifest[] {
  const service = (name: string, server: string, spec: object): Manifest => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: labelsOf(server) },
    spec: {
      selector: selectorOf(server),
      // Istio sees by this name that it is gRPC.
      ports: [{ name: 'grpc', port: PORT, targetPort: PORT }],
      ...spec,
    },
  })
  return [
    ...[SERVERS.sameNode, SERVERS.crossNode].flatMap((server) => [
      service(server, server, {}),
      service(headlessOf(server), server, { clusterIP: 'None' }),
    ]),
    service(`${SERVERS.crossNode}-node-port`, SERVERS.crossNode, {
      type: 'NodePort',
      ports: [{ name: 'grpc', port: PORT, targetPort: PORT, nodePort }],
    }),
  ]
}
