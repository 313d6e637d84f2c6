// The document of the benchmark, and the report of a node of its fleet.

import { create, toBinary } from '@bufbuild/protobuf'
import { LoadStatsRequestSchema } from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'

/** Each upstream and each endpoint of the fleet is in each report. */
export interface Sizes {
  readonly upstreams: number
  readonly endpoints: number
}

export const FLEET = 'edge'

const nameOf = (upstream: number) => `upstream-${upstream}`
const portOf = (upstream: number, endpoint: number) => 10_000 + upstream * 100 + endpoint

export function loadDocument({ upstreams, endpoints }: Sizes) {
  const list = Array.from({ length: upstreams }, (_, upstream) => upstream)
  return {
    version: 1,
    upstreams: Object.fromEntries(
      list.map((upstream) => [
        nameOf(upstream),
        {
          endpoints: Object.fromEntries(
            Array.from({ length: endpoints }, (_, endpoint) => [
              `b${endpoint}`,
              { address: `127.0.0.1:${portOf(upstream, endpoint)}` },
            ]),
          ),
        },
      ]),
    ),
    routes: {
      all: {
        hosts: ['*'],
        rules: { all: { match: {}, to: Object.fromEntries(list.map((one) => [nameOf(one), 1])) } },
      },
    },
    fleets: {
      [FLEET]: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port: 10_000, l7: { routes: 'all' } } },
      },
    },
  }
}

/** Envoy 1.40 lists about as many, which makes its node 61 kB long. */
const EXTENSIONS = Array.from({ length: 527 }, (_, index) => ({
  name: `envoy.extensions.of.some.category.${String(index).padStart(4, '0')}`,
  category: 'envoy.category.of.extensions.that.is.long',
  typeUrls: [`envoy.extensions.v3.Config${index}`],
}))

/** The bytes of the request of a node. Envoy repeats its node in each of them, with all of its extensions. */
export function requestOf(id: string, sizes?: Sizes): Buffer {
  const bytes = toBinary(
    LoadStatsRequestSchema,
    create(LoadStatsRequestSchema, {
      node: { id, cluster: FLEET, userAgentName: 'envoy', extensions: EXTENSIONS },
      clusterStats: sizes === undefined ? [] : statsOf(sizes),
    }),
  )
  return Buffer.from(bytes)
}

function statsOf({ upstreams, endpoints }: Sizes) {
  const counts = { totalIssuedRequests: 100n, totalSuccessfulRequests: 99n, totalErrorRequests: 1n }
  return Array.from({ length: upstreams }, (_, upstream) => ({
    clusterName: nameOf(upstream),
    loadReportInterval: { seconds: 10n, nanos: 1_000 },
    upstreamLocalityStats: [
      {
        ...counts,
        upstreamEndpointStats: Array.from({ length: endpoints }, (_, endpoint) => ({
          ...counts,
          totalRequestsInProgress: 3n,
          address: {
            address: {
              case: 'socketAddress' as const,
              value: {
                address: '127.0.0.1',
                portSpecifier: { case: 'portValue' as const, value: portOf(upstream, endpoint) },
              },
            },
          },
        })),
      },
    ],
  }))
}
