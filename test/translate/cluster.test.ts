// Upstreams as clusters.

import t from 'tap'
import { toCluster } from '../../control-plane/translate/cluster.ts'
import { resourceJson } from '../support/resource-json.ts'

t.test('a cluster gets its endpoints by ADS, speaks HTTP/2 to them, and has its policy', async (t) => {
  t.same(resourceJson(toCluster('echo', { policy: 'least_request', choices: 3 })), {
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
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicitHttpConfig: { http2ProtocolOptions: {} },
      },
    },
  })
})
