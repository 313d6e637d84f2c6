// A listener of gRPC clients as a Listener without a socket: its name is the target of their channels, as in xds:///NAME.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import type { ProxylessFleet, ProxylessListener } from '../document/model.ts'
import type { HttpConnectionManagerParts } from '../switches/attach-points.ts'
import { fromAds } from '../switches/config-source.ts'
import { toGrpcFilters } from '../switches/filter-chain.ts'
import { mergeParts } from '../switches/merge-parts.ts'
import { partsOf } from '../switches/parts-of.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'

/**
 * It has no field that hardens an Envoy: a client has no caller that it must not trust. Clients NACK filters that they do not
 * know, and `@grpc/grpc-js-xds` takes `idle_timeout` for the time that each call may take (seen with 1.14).
 * https://github.com/grpc/proposal/blob/master/A27-xds-global-load-balancing.md
 */
export function toApiListener(
  name: string,
  listener: ProxylessListener,
  fleet: Pick<ProxylessFleet, 'filters'> & Partial<ProxylessFleet>,
  switches: Switches = SWITCHES,
): Listener {
  const base: HttpConnectionManagerParts = {
    routeSpecifier: { case: 'rds', value: { configSource: fromAds(), routeConfigName: name } },
    httpFilters: toGrpcFilters(fleet, 'proxyless', switches.httpFilters),
  }
  const listeners = switches.listeners.filter(({ appliesTo }) => appliesTo.includes('proxyless'))
  const fleets = switches.fleets.filter(({ appliesTo }) => appliesTo.includes('proxyless'))
  const manager = mergeParts<HttpConnectionManagerParts>([
    base,
    ...partsOf(listeners, { ...listener }, (one, settings) => one.toHttpConnectionManager?.(settings)),
    ...partsOf(fleets, { ...fleet }, (one, settings) => one.toHttpConnectionManager?.(settings)),
  ])
  const apiListener = anyPack(HttpConnectionManagerSchema, create(HttpConnectionManagerSchema, manager))
  return create(ListenerSchema, { name, apiListener: { apiListener } })
}
