// Where connections go in mode l4: to one upstream, to several by weight, and by the host name of their TLS (SNI).

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { OptionalDuration } from '../switches/duration.ts'
import { NamedMap } from '../switches/named-map.ts'
import { facts } from '../switches/schema-keywords.ts'

const strict = { additionalProperties: false } as const

/** A connection has one upstream for all of its life. */
const TARGET = {
  upstream: Type.Optional(
    Type.String({
      description: 'the name of an upstream',
      ...facts({ envoy: 'TcpProxy.cluster', example: 'echo' }),
    }),
  ),
  to: Type.Optional(
    NamedMap(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'a weight, a whole number from 0 to 1000000',
        ...facts({ envoy: 'TcpProxy.weighted_clusters.clusters.weight', example: 90 }),
      }),
      'weights by the names of upstreams, such as { echo: 90, echo-v2: 10 }: each new connection goes to one of them',
      { minProperties: 1, envoy: 'TcpProxy.weighted_clusters', example: { echo: 90, 'echo-v2': 10 } },
    ),
  ),
}

const SniSchema = Type.Object(
  {
    hosts: Type.Array(
      Type.String({
        pattern: '^(\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$',
        maxLength: 253,
        description: 'a host name in lower case, such as echo.local or "*.echo.local"',
        ...facts({ envoy: 'FilterChainMatch.server_names', example: '*.echo.local' }),
      }),
      {
        minItems: 1,
        uniqueItems: true,
        description: 'a list of host names, each once, such as [echo.local]',
        ...facts({ envoy: 'FilterChainMatch.server_names', example: ['echo.local', '*.echo.local'] }),
      },
    ),
    ...TARGET,
  },
  {
    ...strict,
    description: 'hosts and where their connections go, such as { hosts: [echo.local], upstream: echo }',
    ...facts({ envoy: 'Listener.filter_chains', example: { hosts: ['echo.local'], upstream: 'echo' } }),
  },
)

/**
 * `l4` of a listener. With `sni`, Envoy reads the host name that a client sends in the clear at the beginning of TLS, and passes on all
 * bytes as they are: TLS ends at the backend. `upstream` or `to` beside it is for all other connections, without TLS too, if the
 * client speaks first: Envoy closes a connection whose client is silent for 15 s.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/listeners/tcp_proxy
 */
export const L4Schema = Type.Object(
  {
    ...TARGET,
    sni: Type.Optional(
      NamedMap(
        SniSchema,
        'upstreams by the host names of TLS, each with a name of its own; clients must speak first then, with TLS or without',
        {
          minProperties: 1,
          envoy: 'Listener.filter_chains.filter_chain_match.server_names',
          example: { echo: { hosts: ['echo.local'], upstream: 'echo' } },
        },
      ),
    ),
    idle: OptionalDuration(
      "the time without a byte in either direction after which Envoy ends a connection, which overrides the fleet's connections.idle",
      { envoy: 'TcpProxy.idle_timeout', example: '10m' },
    ),
  },
  {
    ...strict,
    description: 'where connections go, such as { upstream: echo }',
    ...facts({ envoy: 'TcpProxy', example: { upstream: 'echo' } }),
  },
)
export type L4 = DeepReadonly<Static<typeof L4Schema>>
export type L4Target = Pick<L4, 'upstream' | 'to'>

/** Each target of connections, with the steps to it from `l4` on. */
export function targetsOf({
  upstream,
  to,
  sni = {},
}: L4): readonly (readonly [readonly string[], L4Target])[] {
  const named = Object.entries(sni).map(([name, one]) => [['sni', name], one] as const)
  const own: L4Target = { ...(upstream !== undefined && { upstream }), ...(to !== undefined && { to }) }
  return upstream === undefined && to === undefined ? named : [[[], own], ...named]
}

/** The names of all upstreams that connections may go to, each once. */
export function upstreamsOfL4(l4: L4 | undefined): readonly string[] {
  if (l4 === undefined) return []
  const names = targetsOf(l4).flatMap(([, { upstream, to = {} }]) => [
    ...(upstream === undefined ? [] : [upstream]),
    ...Object.keys(to),
  ])
  return [...new Set(names)]
}
