// The kernel between clients and backends, as kube-proxy sets it up: it picks a backend for each connection.

import { NEEDS_NAMESPACES } from '../../../../harness/needs.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { ProcessStarter } from '../../../../processes/process-group.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { createKubeNode, type KubeNode } from '../../../../testbed/proxies/kube-node.ts'
import { backendOptions } from '../backend-pool.ts'
import type { Way, WayBackend } from './way.ts'

/** As many as a run has at most. */
const ADDRESSES = 10
const TOOL = 'switchyard'

export const KERNEL_WAYS: readonly Way[] = [
  {
    id: 'kernel-nat',
    title: 'kernel L4 (nftables NAT)',
    who: 'kernel',
    picksFor: 'connection',
    emulates: 'a Service of Kubernetes, by the nftables rules of kube-proxy in network namespaces',
    needs: [NEEDS_NAMESPACES],
    open: async (context, { backends }) => {
      const node = await context.shared('kube-node', ({ group }) => createKubeNode(group, ADDRESSES))
      const own = await Promise.all(backends.map((like, index) => takeInside(context, node, like, index)))
      const setBackends = async (next: readonly Pick<WayBackend, 'id'>[]) => {
        const ids = new Set(next.map(({ id }) => id))
        await node.setEndpoints(own.filter(({ id }) => ids.has(id)).map(({ address }) => address))
      }
      await setBackends(own)
      const loader = await startLoader(node.client.starterIn(context.group))
      return {
        targets: [node.address],
        loader: { ...loader, tool: TOOL },
        // The CPU time of the kernel counts as that of clients and backends, and in part as nobody's.
        processes: [],
        backends: own,
        setBackends,
        close: () => loader.stop(),
      }
    },
  },
]

/** A backend inside that is like the given one: nobody inside can reach the host. */
function takeInside(
  context: RunContext,
  node: KubeNode,
  { id }: WayBackend,
  index: number,
): Promise<WayBackend> {
  return context.shared(`kube-backend-${id}-${index}`, ({ group, folder }) => {
    const inside: ProcessStarter = node.backends.starterIn(group)
    return startBackend(inside, folder, { ...backendOptions(id), listen: node.backendAddresses[index] ?? '' })
  })
}
