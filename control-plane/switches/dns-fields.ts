// Fields of names that DNS resolves, whoever resolves them.

import { Type } from 'typebox'
import { facts } from './schema-keywords.ts'

/** An address of a DNS server, in its parts: IPv6, IPv4, port. */
export const RESOLVER = /^(?:\[([0-9A-Fa-f:.]+)\]|(\d{1,3}(?:\.\d{1,3}){3}))(?::([1-9]\d{0,4}))?$/

const host = (ofEnvoy: boolean) =>
  Type.String({
    pattern: '^(?=.*[A-Za-z])[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\\.?$',
    maxLength: 253,
    description: 'the name of a host, such as echo.internal; IP addresses are endpoints',
    ...facts({ ...(ofEnvoy && { envoy: 'SocketAddress.address' }), example: 'echo.internal' }),
  })

const port = (ofEnvoy: boolean) =>
  Type.Integer({
    minimum: 1,
    maximum: 65_535,
    description: 'the port of each endpoint, from 1 to 65535',
    ...facts({ ...(ofEnvoy && { envoy: 'SocketAddress.port_value' }), example: 7101 }),
  })

const family = (ofEnvoy: boolean) =>
  Type.Optional(
    Type.Enum(['v4Preferred', 'v4', 'v6', 'v6Preferred', 'all'], {
      default: 'v4Preferred',
      description:
        'which addresses of the name are used: v4 or v6 only, v4Preferred or v6Preferred, which fall back to the other family, or all',
      ...facts({ ...(ofEnvoy && { envoy: 'Cluster.dns_lookup_family' }) }),
    }),
  )

const resolvers = (ofEnvoy: boolean) =>
  Type.Optional(
    Type.Array(
      Type.String({
        pattern: RESOLVER.source,
        description: 'the IP address of a DNS server, with its port unless it is 53',
        ...facts({ example: '127.0.0.1:8600' }),
      }),
      {
        minItems: 1,
        uniqueItems: true,
        description: "DNS servers that are asked instead of the system's, such as [127.0.0.1:8600]",
        ...facts({
          ...(ofEnvoy && { envoy: 'CaresDnsResolverConfig.resolvers' }),
          example: ['127.0.0.1:8600'],
        }),
      },
    ),
  )

/** @param ofEnvoy whether Envoys resolve the name, so that the fields are some of its cluster */
export function dnsFields(ofEnvoy: boolean) {
  return {
    host: host(ofEnvoy),
    port: port(ofEnvoy),
    family: family(ofEnvoy),
    resolvers: resolvers(ofEnvoy),
  }
}
