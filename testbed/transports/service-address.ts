// A service address that nftables rewrites to a server's, as kube-proxy in its nftables mode does for one endpoint.
// Only the first packet of a connection meets the rules: the connection table remembers the rest.
// https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-nftables

import type { NetworkNamespace } from '../proxies/network-namespace.ts'
import { applyRules } from './nft.ts'

export interface ServiceOptions {
  /** The address that clients call. */
  readonly ip: string
  readonly firstPort: number
  /** Whether the source is rewritten too, so that replies come back through this host. Default: false. */
  readonly masquerade?: boolean
}

/** @returns the `target` of a transport: the service's address with a port of its own for each server */
export async function addService(
  host: NetworkNamespace,
  { ip, firstPort, masquerade = false }: ServiceOptions,
): Promise<(serverAddress: string) => Promise<string>> {
  await applyRules(
    host,
    'table ip kube-proxy {',
    'counter service-dnat {}',
    'counter service-snat {}',
    'map endpoints { type inet_service : ipv4_addr . inet_service; }',
    'set service-ports { type inet_service; }',
    'chain prerouting {',
    'type nat hook prerouting priority dstnat;',
    `ip daddr ${ip} tcp dport @service-ports counter name service-dnat dnat ip to tcp dport map @endpoints`,
    '}',
    ...(masquerade
      ? [
          'chain postrouting {',
          'type nat hook postrouting priority srcnat;',
          'ct status dnat counter name service-snat masquerade',
          '}',
        ]
      : []),
    '}',
  )
  const ports = new Map<string, number>()
  return async (serverAddress) => {
    const port = ports.get(serverAddress) ?? firstPort + ports.size
    if (!ports.has(serverAddress)) {
      ports.set(serverAddress, port)
      const endpoint = serverAddress.replace(':', ' . ')
      await applyRules(
        host,
        `add element ip kube-proxy endpoints { ${port} : ${endpoint} }`,
        `add element ip kube-proxy service-ports { ${port} }`,
      )
    }
    return `${ip}:${port}`
  }
}
