// The nftables rules by which kube-proxy sends each new connection to a service on to one of its endpoints at random.
// https://github.com/kubernetes/kubernetes/tree/master/pkg/proxy/nftables

export interface ServicePort {
  readonly name: string
  /** The address that clients call; no interface has it. */
  readonly ip: string
  readonly port: number
  /** `IP:PORT` each. */
  readonly endpoints: readonly string[]
}

/**
 * Rules for one service, as kube-proxy writes them in its nftables mode: a map of services, a chain for each service that draws an
 * endpoint, and a chain for each endpoint that rewrites the destination. Masquerading is left out, because every reply comes back
 * through the same node here. The connection table remembers what was drawn: only the first packet of a connection meets the rules.
 */
export function kubeProxyRules({ name, ip, port, endpoints }: ServicePort): string {
  const drawn = endpoints.map((_, index) => `${index} : goto endpoint-${index + 1}`)
  return [
    'table ip kube-proxy {',
    ...endpoints.map(
      (endpoint, index) => `chain endpoint-${index + 1} { meta l4proto tcp dnat to ${endpoint}; }`,
    ),
    `chain service-${name} { numgen random mod ${endpoints.length} vmap { ${drawn.join(', ')} }; }`,
    'map service-ips {',
    'type ipv4_addr . inet_proto . inet_service : verdict;',
    `elements = { ${ip} . tcp . ${port} : goto service-${name} };`,
    '}',
    'chain services { ip daddr . meta l4proto . th dport vmap @service-ips; }',
    'chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }',
    'chain nat-output { type nat hook output priority -100; policy accept; jump services; }',
    '}',
    '',
  ].join('\n')
}
