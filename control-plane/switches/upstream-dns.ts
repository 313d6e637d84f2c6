// Endpoints that DNS finds: the clients of a fleet resolve a name themselves, again and again.

import { isIP } from 'node:net'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  Cluster_DiscoveryType,
  Cluster_DnsLookupFamily,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import type { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import { CaresDnsResolverConfigSchema } from '@envoy/xds-protos/envoy/extensions/network/dns_resolver/cares/v3/cares_dns_resolver_pb.js'
import { Type } from 'typebox'
import { type ClusterParts, type SettingsOf, upstreamSwitch } from './attach-points.ts'
import { dnsFields, RESOLVER } from './dns-fields.ts'
import { Interval, toDuration } from './duration.ts'
import { type Unsupported, unsupported } from './grpc-clients.ts'
import { facts } from './schema-keywords.ts'

const TYPES = {
  strict: Cluster_DiscoveryType.STRICT_DNS,
  logical: Cluster_DiscoveryType.LOGICAL_DNS,
} as const

const FAMILIES = {
  v4Preferred: Cluster_DnsLookupFamily.V4_PREFERRED,
  v4: Cluster_DnsLookupFamily.V4_ONLY,
  v6: Cluster_DnsLookupFamily.V6_ONLY,
  v6Preferred: Cluster_DnsLookupFamily.AUTO,
  all: Cluster_DnsLookupFamily.ALL,
} as const

const DEFAULT_PORT_OF_DNS = 53

const FIELDS = dnsFields(true)

const SettingsSchema = Type.Object(
  {
    host: FIELDS.host,
    port: FIELDS.port,
    mode: Type.Optional(
      Type.Enum(['strict', 'logical'], {
        default: 'strict',
        description:
          'strict, where each address of the name is an endpoint, or logical, where new connections go to the first address and those to earlier ones stay',
        ...facts({ envoy: 'Cluster.type' }),
      }),
    ),
    refresh: Interval('5s', 'the time between two resolutions', {
      envoy: 'Cluster.dns_refresh_rate',
      example: '30s',
    }),
    honorTtl: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true or false: whether the TTL of an answer takes the place of refresh',
        ...facts({ envoy: 'Cluster.respect_dns_ttl' }),
      }),
    ),
    family: FIELDS.family,
    resolvers: FIELDS.resolvers,
  },
  {
    additionalProperties: false,
    description: 'a name to resolve, such as { host: echo.internal, port: 7101 }',
    ...facts({ envoy: 'Cluster.load_assignment', example: { host: 'echo.internal', port: 7101 } }),
  },
)
type Settings = SettingsOf<typeof SettingsSchema>

/** What gRPC clients leave to the resolver of their program. */
const OF_ENVOY = ['refresh', 'honorTtl', 'family', 'resolvers'] as const

/**
 * `dns` of an upstream, instead of `endpoints`.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/service_discovery#strict-dns. gRPC clients know
 * logical DNS only: https://github.com/grpc/proposal/blob/master/A37-xds-aggregate-and-logical-dns-clusters.md
 */
export const upstreamDns = upstreamSwitch({
  field: 'dns',
  schema: SettingsSchema,
  appliesTo: ['envoy', 'proxyless'],
  messages: [CaresDnsResolverConfigSchema],
  unsupportedBy: ({ mode = 'strict', ...others }): readonly Unsupported[] => [
    ...(mode === 'strict'
      ? unsupported('an endpoint for each address (mode: strict), instead of one endpoint with all of them,')
      : []),
    ...OF_ENVOY.flatMap((name) => (others[name] === undefined ? [] : unsupported(name, { steps: [name] }))),
  ],
  *problems({ resolvers = [] }) {
    for (const [index, text] of resolvers.entries()) {
      const [, v6, v4, port] = RESOLVER.exec(text) ?? []
      const address = v6 ?? v4 ?? ''
      const steps = ['resolvers', String(index)]
      // Envoy NACKs what looks like an IP address and is not, such as 010.0.0.1 or [:].
      if (isIP(address) === 0) {
        yield {
          steps,
          message: `"${address}" is not an IP address: write one such as 10.0.0.53 or [fd00::53]`,
        }
      } else if (Number(port ?? DEFAULT_PORT_OF_DNS) > 65_535) {
        yield { steps, message: `has the port ${port}: write one from 1 to 65535` }
      }
    }
  },
  toCluster: (settings) => ({
    ...toDiscovery(settings, TYPES[settings.mode]),
    dnsRefreshRate: toDuration(settings.refresh),
    dnsLookupFamily: FAMILIES[settings.family],
    ...(settings.honorTtl && { respectDnsTtl: true }),
    ...(settings.resolvers && { typedDnsResolverConfig: toResolverConfig(settings.resolvers) }),
  }),
  toGrpcCluster: (settings) => toDiscovery(settings, Cluster_DiscoveryType.LOGICAL_DNS),
})

/** Logical DNS wants exactly one endpoint, and the assignment some name, which nobody reads. */
function toDiscovery({ host, port }: Settings, type: Cluster_DiscoveryType): ClusterParts {
  const endpoint = { address: toSocketAddress(host, port) }
  return {
    clusterDiscoveryType: { case: 'type', value: type },
    loadAssignment: {
      clusterName: host,
      endpoints: [{ lbEndpoints: [{ hostIdentifier: { case: 'endpoint', value: endpoint } }] }],
    },
  }
}

function toResolverConfig(resolvers: readonly string[]): ClusterParts['typedDnsResolverConfig'] {
  const config = create(CaresDnsResolverConfigSchema, {
    resolvers: resolvers.map((text) => {
      const [, v6, v4, port] = RESOLVER.exec(text) ?? []
      return toSocketAddress(v6 ?? v4 ?? '', port === undefined ? DEFAULT_PORT_OF_DNS : Number(port))
    }),
  })
  return {
    name: 'envoy.network.dns_resolver.cares',
    typedConfig: anyPack(CaresDnsResolverConfigSchema, config),
  }
}

function toSocketAddress(address: string, port: number): MessageInitShape<typeof AddressSchema> {
  return {
    address: { case: 'socketAddress', value: { address, portSpecifier: { case: 'portValue', value: port } } },
  }
}
