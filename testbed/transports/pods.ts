// Pods on a node: attached to a bridge, as CNI's bridge plugin does, or by a route each, as Calico does.

import type { NetworkNamespace } from '../proxies/network-namespace.ts'
import { addBridge, connect, forwardPackets, ip, setKernel } from './network.ts'

export interface Pod {
  readonly host: NetworkNamespace
  readonly ip: string
  /** The name of its interface's other end, on the node. */
  readonly device: string
}

/** Calico gives it to every pod as gateway; the node answers for it by proxy ARP. */
const CALICO_GATEWAY = '169.254.1.1'

/**
 * Attaches pods to the bridge `cni0` of the node.
 * @param gateway the address of the bridge, such as `10.244.1.1`, in whose /24 the pods are
 */
export async function bridgePods(
  node: NetworkNamespace,
  pods: readonly Pod[],
  { gateway, mtu = 1500 }: { readonly gateway: string; readonly mtu?: number },
): Promise<void> {
  for (const pod of pods) {
    await connect(
      { host: node, device: pod.device },
      { host: pod.host, device: 'eth0', address: `${pod.ip}/24` },
      mtu,
    )
    await ip(pod.host, `route add default via ${gateway}`)
  }
  const ports = pods.map(({ device }) => device)
  await addBridge(node, { bridge: 'cni0', ports, address: `${gateway}/24`, mtu })
  await forwardPackets(node)
}

/** Attaches pods by a route each: their address is a /32, and no other is on their link. */
export async function routePods(node: NetworkNamespace, pods: readonly Pod[], mtu = 1500): Promise<void> {
  await forwardPackets(node)
  // The node answers for an address only if it knows another way to it than back.
  await ip(node, `route add ${CALICO_GATEWAY} dev lo`)
  for (const pod of pods) {
    await connect(
      { host: node, device: pod.device },
      { host: pod.host, device: 'eth0', address: `${pod.ip}/32` },
      mtu,
    )
    await setKernel(node, {
      [`ipv4/conf/${pod.device}/proxy_arp`]: '1',
      // By default an answer by proxy waits up to 0.8 s.
      [`ipv4/neigh/${pod.device}/proxy_delay`]: '0',
    })
    await ip(node, `route add ${pod.ip} dev ${pod.device}`)
    await ip(
      pod.host,
      `route add ${CALICO_GATEWAY} dev eth0 scope link`,
      `route add default via ${CALICO_GATEWAY} dev eth0`,
    )
  }
}

/** Attaches one pod as the only one in its subnet: a veth pair whose end on the node is its gateway. */
export async function attachPod(
  node: NetworkNamespace,
  pod: Pod,
  gateway: string,
  mtu = 1500,
): Promise<void> {
  await connect(
    { host: node, device: pod.device, address: `${gateway}/24` },
    { host: pod.host, device: 'eth0', address: `${pod.ip}/24` },
    mtu,
  )
  await ip(pod.host, `route add default via ${gateway}`)
  await forwardPackets(node)
}
