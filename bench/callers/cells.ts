// The chains that are compared: without any protection against what callers send, with those that are always on, and with each switch.

import { isMessage, type Message } from '@bufbuild/protobuf'
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'

/** A row of the report; `fleet` is the name of its fleet. */
export interface Cell {
  readonly fleet: string
  readonly title: string
  readonly filters?: object
  /** Calls have a token, and need one. */
  readonly jwt?: boolean
  /** The parts of the chain that are taken out, by the names of filters; `early` for what runs before the first filter. */
  readonly without?: readonly string[]
}

export const ISSUER = 'https://issuer.bench'
export const AUDIENCE = 'echo'

/** The first one of each kind is what the others are compared with. */
export const CELLS: readonly Cell[] = [
  { fleet: 'bare', title: 'no protection', without: ['early', 'query_denial', 'header_mutation'] },
  { fleet: 'defaults', title: 'the defaults' },
  { fleet: 'no-early', title: 'the defaults without the removal of x-envoy-', without: ['early'] },
  { fleet: 'no-query', title: 'the defaults without the check of queries', without: ['query_denial'] },
  {
    fleet: 'no-trailers',
    title: 'the defaults without the removal of trailers',
    without: ['header_mutation'],
  },
  {
    fleet: 'base64',
    title: 'the defaults and binaryMetadata: base64 (Lua)',
    filters: { binaryMetadata: { enabled: true } },
  },
  {
    fleet: 'no-binary',
    title: 'the defaults and binaryMetadata: none',
    filters: { binaryMetadata: { enabled: true, allow: 'none' } },
  },
  { fleet: 'tokens', title: 'the defaults and tokens', jwt: true },
  {
    fleet: 'tokens-only',
    title: 'the same without the check of exp and crit',
    jwt: true,
    without: ['token_denial'],
  },
]

export interface Parts {
  readonly echo: string
  readonly keySet: object
  readonly port: number
}

export function documentOf({ fleet, filters = {}, jwt = false }: Cell, { echo, keySet, port }: Parts) {
  return {
    version: 1,
    upstreams: { echo: { endpoints: { e: { address: echo } } } },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    jwt: { main: { issuer: ISSUER, audiences: [AUDIENCE], jwks: { inline: keySet } } },
    fleets: {
      [fleet]: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port, l7: { routes: 'all' } } },
        filters,
        security: { jwt: { enabled: jwt, anyOf: ['main'] } },
      },
    },
  }
}

/** Takes parts out of the chains of listeners. */
export function takeOut(resources: readonly Message[], { without = [] }: Cell): void {
  const filters = resources
    .filter((resource) => isMessage(resource, ListenerSchema))
    .flatMap(({ filterChains }) => filterChains.flatMap((chain) => chain.filters))
  for (const { configType } of filters) {
    if (configType.case !== 'typedConfig') continue
    const manager = anyUnpack(configType.value, HttpConnectionManagerSchema)
    if (manager === undefined) continue
    if (without.includes('early')) manager.earlyHeaderMutationExtensions = []
    manager.httpFilters = manager.httpFilters.filter(
      ({ name }) => !without.some((one) => name === `envoy.filters.http.${one}`),
    )
    configType.value = anyPack(HttpConnectionManagerSchema, manager)
  }
}
