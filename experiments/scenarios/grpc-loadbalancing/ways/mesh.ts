// Meshes of Envoys between clients and backends, with mutual TLS: each emulates how a product arranges its proxies.

import { join } from 'node:path'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { MeshPolicy, MeshShape } from '../../../../testbed/mesh/mesh-document.ts'
import { ISTIO, LINKERD, ZTUNNEL } from '../../../../testbed/mesh/mesh-policies.ts'
import { type RunningMesh, startMesh } from '../../../../testbed/mesh/start-mesh.ts'
import type { Way } from './way.ts'

interface Shape {
  readonly id: string
  readonly title: string
  readonly shape: MeshShape
  readonly policy: MeshPolicy
  readonly picksFor: Way['picksFor']
  readonly emulates: string
}

const SHAPES: readonly Shape[] = [
  {
    id: 'mesh-sidecars-istio',
    title: "sidecars, Istio's policy",
    shape: 'sidecars',
    policy: ISTIO,
    picksFor: 'call',
    emulates:
      "Istio's sidecars, by an Envoy beside the client and one beside each backend, with mutual TLS and Istio's defaults",
  },
  {
    id: 'mesh-sidecars-linkerd',
    title: "sidecars, nearest to Linkerd's policy",
    shape: 'sidecars',
    policy: LINKERD,
    picksFor: 'call',
    emulates:
      "Linkerd's sidecars, by Envoys with mutual TLS; least_request looks at open calls only, where Linkerd's peak EWMA looks at latency too",
  },
  {
    id: 'mesh-node-proxies',
    title: 'node proxies (L4)',
    shape: 'node-proxies',
    policy: ZTUNNEL,
    picksFor: 'connection',
    emulates:
      "the node proxies of Istio's ambient mode, by an Envoy of each of two nodes with mutual TLS; without the tunnel HBONE",
  },
  {
    id: 'mesh-waypoint',
    title: 'node proxies and a waypoint (L7)',
    shape: 'waypoint',
    policy: ISTIO,
    picksFor: 'call',
    emulates:
      "the node proxies and a waypoint of Istio's ambient mode, by three Envoys with mutual TLS and Istio's defaults; without the tunnel HBONE",
  },
]

/** Enough for most runs; each place is an Envoy where sidecars are. */
const FEW_PLACES = 3

export const MESH_WAYS: readonly Way[] = SHAPES.map(({ shape, policy, ...facts }) => ({
  ...facts,
  who: 'sidecar',
  needs: [NEEDS_ENVOY],
  open: async (context, { backends }) => {
    const mesh = await takeMesh(context, shape, Math.max(FEW_PLACES, backends.length))
    await mesh.setPolicy(policy)
    await mesh.setBackends(backends)
    return {
      targets: [mesh.address],
      processes: mesh.envoys.map(({ nodeId, pid }) => ({ role: 'proxy', name: nodeId, pid })),
      setBackends: (next) => mesh.setBackends(next),
    }
  },
}))

function takeMesh(context: RunContext, shape: MeshShape, places: number): Promise<RunningMesh> {
  const key = `mesh-${shape}-${places}`
  return context.shared(key, ({ group, folder }) =>
    // Each run says its own policy.
    startMesh(group, join(folder, key), { shape, places, policy: ISTIO }),
  )
}
