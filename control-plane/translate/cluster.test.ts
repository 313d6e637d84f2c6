// Upstreams as clusters.

import t from 'tap'
import { resourceJson } from '../../test/support/resource-json.ts'
import type { Upstream } from '../document/model.ts'
import { toCluster } from './cluster.ts'

const FLEET = { lb: { mode: 'l7', policy: 'least_request', choices: 3 } } as const
const UPSTREAM: Upstream = { endpoints: {} }

t.test('a cluster gets its endpoints by ADS, speaks HTTP/2 to them, and has its policy', async (t) => {
  t.same(resourceJson(toCluster('echo', UPSTREAM, FLEET)), {
    name: 'echo',
    type: 'EDS',
    edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: 'V3' } },
    loadBalancingPolicy: {
      policies: [
        {
          typedExtensionConfig: {
            name: 'envoy.load_balancing_policies.least_request',
            typedConfig: {
              '@type':
                'type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
              choiceCount: 3,
            },
          },
        },
      ],
    },
    commonLbConfig: { healthyPanicThreshold: {}, updateMergeWindow: '0s' },
    circuitBreakers: { thresholds: [{ maxRetries: 1024 }] },
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicitHttpConfig: {
          http2ProtocolOptions: {
            maxConcurrentStreams: 100,
            initialStreamWindowSize: 65_536,
            initialConnectionWindowSize: 7_602_176,
            connectionKeepalive: { interval: '300s', timeout: '10s', intervalJitter: { value: 15 } },
          },
        },
      },
    },
  })
})

t.test("the policy of the upstream overrides the fleet's", async (t) => {
  const cluster = resourceJson(toCluster('echo', { ...UPSTREAM, lb: { policy: 'random' } }, FLEET))
  t.match(JSON.stringify(cluster.loadBalancingPolicy), /load_balancing_policies\.random"/)
})

t.test(
  'a health check comes with what Envoy has to know about connections and removed endpoints',
  async (t) => {
    const cluster = toCluster('echo', { ...UPSTREAM, healthCheck: { enabled: true, interval: '2s' } }, FLEET)
    t.match(resourceJson(cluster), {
      healthChecks: [{ interval: '2s', noTrafficInterval: '2s', grpcHealthCheck: {} }],
      closeConnectionsOnHostHealthFailure: true,
      ignoreHealthOnHostRemoval: true,
    })
  },
)

t.test('a health check that is switched off leaves no trace', async (t) => {
  const off = { ...UPSTREAM, healthCheck: { enabled: false, interval: '2s' } }
  t.same(resourceJson(toCluster('echo', off, FLEET)), resourceJson(toCluster('echo', UPSTREAM, FLEET)))
})
