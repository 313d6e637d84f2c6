// A listener as Envoy's Listener: a tcp_proxy in mode l4, an HTTP connection manager with its routes by RDS in mode l7.

import { create } from '@bufbuild/protobuf'
import {
  type Listener as EnvoyListener,
  ListenerSchema,
} from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { type Config, type EnvoyFleet, type Listener, modeOf } from '../document/model.ts'
import type { FilterChainParts, ListenerParts } from '../switches/attach-points.ts'
import { keptEnvoyHeaders, managerPartsOf, toHttpFilters } from '../switches/filter-chain.ts'
import { inspectHttp } from '../switches/inspect-http.ts'
import { inspectTls } from '../switches/listener-tls.ts'
import { mergeParts } from '../switches/merge-parts.ts'
import { partsOf } from '../switches/parts-of.ts'
import { type FileContents, NO_FILES } from '../switches/setting-file.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { httpConnectionManager } from './l7.ts'
import { tcpChains } from './tcp-chains.ts'

type FleetPart = Pick<EnvoyFleet, 'lb'> & Partial<EnvoyFleet>

/**
 * Both modes differ in the filter chain only, so that Envoy keeps the socket open over a flip and drains the old chain for its
 * `--drain-time-s`: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/lds
 * An address that is not written stays empty: the snapshot cache fills in that of the node.
 */
export function toListener(
  name: string,
  listener: Listener,
  fleet: FleetPart,
  config: Pick<Config, 'jwt'> = {},
  switches: Switches = SWITCHES,
  files: FileContents = NO_FILES,
): EnvoyListener {
  const entry = withFleetFields(listener, fleet, switches)
  const base: ListenerParts = {
    name,
    statPrefix: name,
    address: {
      address: {
        case: 'socketAddress',
        value: {
          address: listener.address ?? '',
          portSpecifier: { case: 'portValue', value: listener.port },
        },
      },
    },
    filterChains: firstChains(name, entry, fleet, config, switches, files)
      .flatMap((chain) => toChains(chain, entry, switches))
      .map((chain) => withFleetParts(chain, fleet, switches)),
  }
  return create(
    ListenerSchema,
    mergeParts([
      base,
      ...partsOf(switches.listeners, entry, (one, settings) => one.toListener?.(settings)),
      ...partsOf(switches.fleets, fleet, (one, settings) => one.toListener?.(settings)),
      // In mode l7 too, so that a flip changes filter chains only. It comes after the filter for PROXY, whose header is before TLS.
      ...(listener.l4?.sni === undefined ? [] : [inspectTls()]),
      // Not where the listener can change to mode l4, in which the server may have to speak first.
      ...(listener.l4 === undefined ? [inspectHttp()] : []),
    ]),
  )
}

/** The listener with the fleet's settings of switches that both may have, where it does not write its own. */
function withFleetFields(listener: Listener, fleet: FleetPart, { listeners }: Switches): Listener {
  const entries: Readonly<Record<string, unknown>> = { ...fleet }
  const shared = listeners.flatMap(({ alsoOfFleet, field }) =>
    alsoOfFleet && entries[field] !== undefined ? [[field, entries[field]]] : [],
  )
  return { ...Object.fromEntries(shared), ...listener }
}

function withFleetParts(chain: FilterChainParts, fleet: FleetPart, { fleets }: Switches): FilterChainParts {
  return mergeParts([
    chain,
    ...partsOf(fleets, fleet, (one, settings) => one.toFilterChain?.(settings, chain)),
  ])
}

/** Each switch in turn replaces the chains that came out of the switch before. */
function toChains(first: FilterChainParts, entry: Listener, { listeners }: Switches): FilterChainParts[] {
  const steps = partsOf(listeners, entry, (one, settings) => {
    const { toFilterChains } = one
    return toFilterChains && ((chain: FilterChainParts) => toFilterChains(settings, chain))
  })
  return steps.reduce<FilterChainParts[]>((chains, step) => chains.flatMap((chain) => step(chain)), [first])
}

function firstChains(
  name: string,
  entry: Listener,
  fleet: FleetPart,
  { jwt }: Pick<Config, 'jwt'>,
  switches: Switches,
  files: FileContents,
): readonly FilterChainParts[] {
  const { l4, l7 } = entry
  const mode = modeOf(fleet, entry)
  if (mode === 'l4' && l4 !== undefined) {
    return tcpChains(name, l4, [
      ...partsOf(switches.listeners, entry, (one, settings) => one.toTcpProxy?.(settings)),
      ...partsOf(switches.fleets, fleet, (one, settings) => one.toTcpProxy?.(settings)),
    ])
  }
  if (mode === 'l7' && l7 !== undefined) {
    const parts = [
      ...partsOf(switches.listeners, entry, (one, settings) => one.toHttpConnectionManager?.(settings)),
      ...partsOf(switches.fleets, fleet, (one, settings) => one.toHttpConnectionManager?.(settings)),
      ...managerPartsOf(fleet, switches.httpFilters),
    ]
    const filters = toHttpFilters(fleet, jwt, switches.httpFilters, files)
    const manager = httpConnectionManager(name, filters, parts, keptEnvoyHeaders(fleet, switches.httpFilters))
    return [{ filters: [manager] }]
  }
  throw new SwitchyardError('internal', `listener "${name}" has nothing for mode ${mode}`)
}
