// The fields of a document that no switch declares: what entries are called, and what they refer to.

import { Type } from 'typebox'
import { GRPC_CLIENTS } from '../switches/grpc-clients.ts'
import { NamedMap } from '../switches/named-map.ts'
import { type FieldFacts, facts } from '../switches/schema-keywords.ts'
import { ADDITIONAL_ADDRESSES } from './additional-addresses.ts'
import { L4Schema } from './l4.ts'
import { MatchSchema } from './match.ts'

/** Fields that are not declared are invalid. */
export const strict = { additionalProperties: false } as const

function NameOf(what: string, shown: FieldFacts) {
  return Type.String({ description: `the name of ${what}`, ...facts(shown) })
}

export const ENDPOINT = {
  address: Type.String({
    description: 'an address such as "127.0.0.1:7101" or "unix:/run/echo.sock"',
    ...facts({ envoy: 'Endpoint.address', example: '127.0.0.1:7101' }),
  }),
  [ADDITIONAL_ADDRESSES.field]: Type.Optional(ADDITIONAL_ADDRESSES.schema),
}

export const WEIGHTS = 'weights by the names of upstreams, such as { echo: 90, echo-v2: 10 }'

export const RULE = {
  match: MatchSchema,
  /** Undefined only where Envoy answers itself. */
  to: Type.Optional(
    NamedMap(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'a weight, a whole number from 0 to 1000000',
        ...facts({ envoy: 'WeightedCluster.clusters.weight', example: 90 }),
      }),
      WEIGHTS,
      { minProperties: 1, envoy: 'RouteAction.weighted_clusters', example: { echo: 90, 'echo-v2': 10 } },
    ),
  ),
}

export const ROUTE = {
  hosts: Type.Array(
    Type.String({
      pattern: '^(\\*|\\*?[A-Za-z0-9._-]+|[A-Za-z0-9._-]+\\*|\\[[0-9A-Fa-f:.]+\\])$',
      description:
        'a host without a port, which stands for all of its ports, such as "*", echo.local, "*.echo.local" or "[::1]"',
      ...facts({ envoy: 'VirtualHost.domains', example: '*.echo.local' }),
    }),
    {
      minItems: 1,
      uniqueItems: true,
      description: 'a list of hosts, each once, such as ["*"]',
      ...facts({ envoy: 'VirtualHost.domains', example: ['echo.local', '*.echo.local'] }),
    },
  ),
}

const L7 = Type.Object(
  {
    routes: Type.Unsafe<string | readonly string[]>({
      type: ['string', 'array'],
      minItems: 1,
      uniqueItems: true,
      items: NameOf('an entry of routes', { example: 'public' }),
      description:
        'the name of an entry of routes, or a list of names, each once, such as [public, internal]',
      ...facts({ envoy: 'HttpConnectionManager.rds', example: ['public', 'internal'] }),
    }),
  },
  {
    ...strict,
    description: 'where calls go, such as { routes: public }',
    ...facts({ envoy: 'HttpConnectionManager', example: { routes: 'public' } }),
  },
)

/** Both halves of a listener stay written, and the mode picks one. */
export const MODES = ['l4', 'l7'] as const

export const LISTENER = {
  address: Type.Optional(
    Type.String({
      description:
        'an IP address that every node binds, such as 127.0.0.1 or "::"; without it each node binds its own, which is on loopback unless its bootstrap says otherwise',
      ...facts({ envoy: 'Listener.address.socket_address.address', example: '0.0.0.0' }),
    }),
  ),
  port: Type.Integer({
    minimum: 1,
    maximum: 65_535,
    description: 'a port from 1 to 65535',
    ...facts({ envoy: 'Listener.address.socket_address.port_value', example: 10_000 }),
  }),
  mode: Type.Optional(
    Type.Enum([...MODES], {
      description: "l4 or l7, which overrides the fleet's lb.mode for this listener",
      ...facts({ envoy: 'Listener.filter_chains.filters', example: 'l4' }),
    }),
  ),
  l4: Type.Optional(L4Schema),
  l7: Type.Optional(L7),
}

/** Of a fleet of gRPC clients, which have no socket of their own. */
export const PROXYLESS_LISTENER = { l7: L7 }

export const AUTHORITY = {
  authority: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$',
      maxLength: 253,
      description:
        'the authority of the names of all resources, in lower case, such as mesh.example.com: clients ask for xds://mesh.example.com/echo, and find this control plane under "authorities" in their bootstrap',
      ...facts({ example: 'mesh.example.com' }),
    }),
  ),
}

export const SERVER_LISTENER = {
  address: Type.String({
    description: 'the IP address that the servers listen on, such as 0.0.0.0',
    ...facts({ envoy: 'Listener.address.socket_address.address', example: '0.0.0.0' }),
  }),
  port: Type.Integer({
    minimum: 1,
    maximum: 65_535,
    description: 'the port that the servers listen on, 1 to 65535',
    ...facts({ envoy: 'Listener.address.socket_address.port_value', example: 50_051 }),
  }),
}

export const CERTIFICATE_PROVIDER = {
  certificateProvider: Type.Optional(
    Type.String({
      minLength: 1,
      default: 'default',
      description:
        'an instance in certificate_providers of the bootstrap; tls takes certificate and authorities there',
      ...facts({ envoy: 'CertificateProviderPluginInstance.instance_name', example: 'mesh' }),
    }),
  ),
}

export const GRPC_CLIENT_LIST = {
  clients: Type.Optional(
    Type.Array(Type.Enum([...GRPC_CLIENTS], { description: `one of ${GRPC_CLIENTS.join(', ')}` }), {
      minItems: 1,
      uniqueItems: true,
      default: [...GRPC_CLIENTS],
      description: 'the implementations of gRPC that the fleet has, such as [node, python]',
      ...facts({ example: ['node', 'python'] }),
    }),
  ),
}

export const ALLOW_UNPROTECTED = {
  allowUnprotected: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'true or false: whether the fleet may go to l4, where no filter sees a call',
    }),
  ),
}
