// The filter chains of a listener in mode l4: one for each host name of TLS that goes elsewhere, and one for all other connections.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import type { L4, L4Target } from '../document/l4.ts'
import type { FilterChainParts, TcpProxyParts } from '../switches/attach-points.ts'
import { toDuration } from '../switches/duration.ts'
import { mergeParts } from '../switches/merge-parts.ts'

/** @param parts what switches add to each tcp_proxy */
export function tcpChains(
  name: string,
  l4: L4,
  parts: readonly TcpProxyParts[],
): readonly FilterChainParts[] {
  const { sni = {}, upstream, to, idle } = l4
  const shared = { ...mergeParts(parts), ...(idle !== undefined && { idleTimeout: toDuration(idle) }) }
  // One prefix for all: the statistics are those of the listener, and each cluster has its own.
  const chainOf = (target: L4Target): FilterChainParts => ({ filters: [tcpProxy(name, target, shared)] })
  const named = Object.entries(sni)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { hosts, ...target }]) => ({
      ...chainOf(target),
      name: `sni ${id}`,
      filterChainMatch: { serverNames: [...hosts] },
    }))
  const others = chainOf({ ...(upstream !== undefined && { upstream }), ...(to && { to }) })
  if (named.length === 0) return [others]
  return upstream === undefined && to === undefined ? named : [...named, { ...others, name: 'others' }]
}

function tcpProxy(statPrefix: string, target: L4Target, shared: TcpProxyParts) {
  const config = create(TcpProxySchema, mergeParts([{ statPrefix, ...clusterOf(target) }, shared]))
  return {
    name: 'envoy.filters.network.tcp_proxy',
    configType: { case: 'typedConfig' as const, value: anyPack(TcpProxySchema, config) },
  }
}

/** Envoy rejects a weight of 0. */
function clusterOf({
  upstream,
  to = {},
}: L4Target): Pick<MessageInitShape<typeof TcpProxySchema>, 'clusterSpecifier'> {
  if (upstream !== undefined) return { clusterSpecifier: { case: 'cluster', value: upstream } }
  const clusters = Object.entries(to)
    .filter(([, weight]) => weight > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, weight]) => ({ name, weight }))
  return { clusterSpecifier: { case: 'weightedClusters', value: { clusters } } }
}
