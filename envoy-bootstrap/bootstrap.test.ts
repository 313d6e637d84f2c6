// The content of a bootstrap, and options that are rejected.
import t from 'tap'
import { type BootstrapOptions, bootstrapJson, createBootstrap, listenerAddressOf } from './bootstrap.ts'
import type { EnvoyLimits } from './overload.ts'
import { watchedFiles, watchedPaths } from './xds-tls.ts'

const options: BootstrapOptions = {
  nodeId: 'envoy-0',
  cluster: 'edge',
  listenerAddress: '127.0.1.5',
  xds: { address: '127.0.0.1:18000' },
}

/** The bootstrap that Envoy reads, with these options changed. */
function jsonWith(changed: Partial<BootstrapOptions> = {}) {
  return JSON.parse(bootstrapJson(createBootstrap({ ...options, ...changed })))
}

t.test('the node has its identity and the address of its listeners', async (t) => {
  t.same(jsonWith().node, {
    id: 'envoy-0',
    cluster: 'edge',
    metadata: { switchyard: { listener_address: '127.0.1.5' } },
  })
  t.equal(listenerAddressOf(createBootstrap(options)), '127.0.1.5')
})

t.test(
  'T5: with a locality, the node has it and the cluster of its fleet, and without one neither',
  async (t) => {
    const { node, clusterManager, staticResources } = jsonWith({ locality: { region: 'eu', zone: 'eu-a' } })
    t.same(node.locality, { region: 'eu', zone: 'eu-a' })
    t.equal(clusterManager.localClusterName, 'switchyard_local_cluster')
    t.match(staticResources.clusters[1], {
      name: 'switchyard_local_cluster',
      type: 'EDS',
      edsClusterConfig: { edsConfig: { ads: {}, initialFetchTimeout: '1s' } },
    })
    const without = jsonWith()
    t.equal(without.node.locality, undefined)
    t.equal(without.clusterManager.localClusterName, undefined)
    t.equal(without.staticResources.clusters.length, 1)
    t.throws(() => jsonWith({ locality: {} }), { message: /locality: is empty; give a region/ })
  },
)

t.test('clusters and listeners come over one aggregated stream of xDS v3', async (t) => {
  const { adsConfig, cdsConfig, ldsConfig } = jsonWith().dynamicResources
  t.same(cdsConfig, { ads: {}, resourceApiVersion: 'V3' })
  t.same(ldsConfig, { ads: {}, resourceApiVersion: 'V3' })
  t.match(adsConfig, { transportApiVersion: 'V3', setNodeOnFirstMessageOnly: true })
  t.match(adsConfig.grpcServices, [{ envoyGrpc: { clusterName: 'xds_cluster' } }])
})

t.test('Envoy reconnects within 2 seconds after the control plane is back', async (t) => {
  const [{ envoyGrpc }] = jsonWith().dynamicResources.adsConfig.grpcServices
  t.same(envoyGrpc.retryPolicy, { retryBackOff: { baseInterval: '0.500s', maxInterval: '2s' } })
})

t.test('P23: load is reported to the control plane', async (t) => {
  t.same(jsonWith().clusterManager.loadStatsConfig, {
    apiType: 'GRPC',
    transportApiVersion: 'V3',
    grpcServices: [{ envoyGrpc: { clusterName: 'xds_cluster' } }],
  })
})

t.test('an Envoy pushes its stats at the given interval, with histograms that can be added up', async (t) => {
  const { statsSinks, statsFlushInterval, statsConfig } = jsonWith({ statsIntervalMs: 1_500 })
  t.equal(statsFlushInterval, '1.500s')
  t.match(statsSinks, [
    {
      name: 'envoy.stat_sinks.metrics_service',
      typedConfig: {
        grpcService: { envoyGrpc: { clusterName: 'xds_cluster' } },
        reportCountersAsDeltas: true,
        histogramEmitMode: 'HISTOGRAM',
      },
    },
  ])
  const [{ match, buckets }] = statsConfig.histogramBucketSettings
  t.same(match, { suffix: '.downstream_rq_time' })
  for (const [index, bound] of buckets.entries()) {
    const before = buckets[index - 1] ?? -0.5
    t.equal(bound % 1, 0.5, 'between two whole milliseconds')
    t.ok(bound - before === 1 || (bound + 0.5) / (before + 0.5) <= 1.2, `at most a fifth wider: ${bound}`)
  }
  t.notMatch(jsonWith(), { statsSinks: [] }, 'none by default')
})

t.test('the protocol is delta by default, and can be state of the world', async (t) => {
  const cases = [
    [{}, 'DELTA_GRPC'],
    [{ protocol: 'delta' }, 'DELTA_GRPC'],
    [{ protocol: 'sotw' }, 'GRPC'],
  ] as const
  for (const [changed, apiType] of cases) {
    t.equal(jsonWith(changed).dynamicResources.adsConfig.apiType, apiType, JSON.stringify(changed))
  }
})

t.test(
  'X38: the connection to the control plane is HTTP/2 with keepalive, which detects a dead peer',
  async (t) => {
    const [cluster] = jsonWith().staticResources.clusters
    t.equal(cluster.name, 'xds_cluster')
    t.match(cluster.typedExtensionProtocolOptions, {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicitHttpConfig: {
          http2ProtocolOptions: { connectionKeepalive: { interval: '30s', timeout: '5s' } },
        },
      },
    })
  },
)

t.test('the control plane may listen on TCP or on a Unix socket', async (t) => {
  const cases = [
    ['127.0.0.1:18000', { socketAddress: { address: '127.0.0.1', portValue: 18000 } }],
    ['[::1]:18000', { socketAddress: { address: '::1', portValue: 18000 } }],
    ['unix:/run/switchyard.sock', { pipe: { path: '/run/switchyard.sock' } }],
    [`unix:/${'s'.repeat(106)}`, { pipe: { path: `/${'s'.repeat(106)}` } }],
  ] as const
  for (const [address, expected] of cases) {
    const [cluster] = jsonWith({ xds: { address } }).staticResources.clusters
    t.same(
      cluster.loadAssignment.endpoints,
      [{ lbEndpoints: [{ endpoint: { address: expected } }] }],
      address,
    )
  }
})

t.test('an invalid xDS address is rejected', async (t) => {
  const invalid = ['', '127.0.0.1', 'localhost:18000', '127.0.0.1:0', '127.0.0.1:65536', '::1:18000']
  for (const address of [...invalid, 'unix:', 'unix:run.sock', `unix:/${'s'.repeat(107)}`]) {
    t.throws(
      () => jsonWith({ xds: { address } }),
      { code: 'invalid-argument', problems: [{ path: 'xds.address', message: `is "${address}"; write` }] },
      address,
    )
  }
})

t.test('S50: by default the admin listens on a Unix socket that only its user may open', async (t) => {
  t.same(jsonWith().admin.address, { pipe: { path: 'envoy-0.admin.sock', mode: 0o600 } })
  const { path } = jsonWith({ nodeId: `edge/${'e'.repeat(200)}` }).admin.address.pipe
  t.match(path, /^[0-9a-f]{16}\.admin\.sock$/, 'an id that is too long for a path')
  t.same(jsonWith({ adminAddress: 'unix:/run/envoy/admin.sock' }).admin.address, {
    pipe: { path: '/run/envoy/admin.sock', mode: 0o600 },
  })
})

t.test('S50: an admin address that is neither a socket nor loopback is rejected', async (t) => {
  for (const adminAddress of [
    '0.0.0.0:0',
    '[::]:0',
    '10.0.0.7:9901',
    'localhost:0',
    '127.0.0.1',
    '',
    'unix:',
  ]) {
    const problems = [{ path: 'adminAddress', message: `is "${adminAddress}"; write unix: and a path` }]
    t.throws(() => jsonWith({ adminAddress }), { code: 'invalid-argument', problems }, adminAddress)
  }
  const cases = [
    ['127.0.0.1:0', { address: '127.0.0.1', portValue: 0 }],
    ['127.255.0.9:9901', { address: '127.255.0.9', portValue: 9901 }],
    ['[::1]:9901', { address: '::1', portValue: 9901 }],
  ] as const
  for (const [adminAddress, expected] of cases) {
    t.same(jsonWith({ adminAddress }).admin.address.socketAddress, expected, 'twin')
  }
})

t.test('S62: a listener of statistics leads to one path of the admin, by GET', async (t) => {
  t.equal(jsonWith().staticResources.listeners, undefined, 'none by default')
  const { listeners, clusters } = jsonWith({ statsAddress: '127.0.0.1:9901' }).staticResources
  t.match(listeners, [{ address: { socketAddress: { portValue: 9901 } }, ignoreGlobalConnLimit: true }])
  const [{ typedConfig }] = listeners[0].filterChains[0].filters
  const [host, ...others] = typedConfig.routeConfig.virtualHosts
  t.same(others, [])
  t.strictSame(
    host.routes.map(({ match }: { readonly match: unknown }) => match),
    [{ path: '/stats/prometheus', headers: [{ name: ':method', stringMatch: { exact: 'GET' } }] }],
  )
  const { endpoint } = clusters.at(-1).loadAssignment.endpoints[0].lbEndpoints[0]
  t.same(endpoint.address, jsonWith().admin.address)
  for (const statsAddress of ['9901', '127.0.0.1:0', 'localhost:9901', 'unix:/run/stats.sock']) {
    const problems = [{ path: 'statsAddress', message: `is "${statsAddress}"; write IP:PORT` }]
    t.throws(() => jsonWith({ statsAddress }), { code: 'invalid-argument', problems }, statsAddress)
  }
})

t.test('S55: connections and heap have limits, by default or from options', async (t) => {
  const monitors = (limits?: EnvoyLimits) => jsonWith(limits && { limits }).overloadManager.resourceMonitors
  t.match(monitors(), [
    { typedConfig: { maxHeapSizeBytes: String(1024 ** 3) } },
    { typedConfig: { maxActiveDownstreamConnections: '10000' } },
  ])
  t.match(monitors({ maxConnections: 7, maxHeapBytes: 100_000_000 }), [
    { typedConfig: { maxHeapSizeBytes: '100000000' } },
    { typedConfig: { maxActiveDownstreamConnections: '7' } },
  ])
  t.equal(jsonWith().admin.ignoreGlobalConnLimit, true, 'the admin answers beyond the limit')
})

t.test('with TLS, Envoy sends its certificate and verifies the one of the control plane', async (t) => {
  const tls = { certificate: '/c/edge-1.pem', key: '/c/edge-1.key', ca: '/c/ca.pem' }
  const { staticResources } = jsonWith({ xds: { address: '127.0.0.1:18000', tls } })
  const { commonTlsContext } = staticResources.clusters[0].transportSocket.typedConfig
  t.match(commonTlsContext, {
    tlsParams: { tlsMinimumProtocolVersion: 'TLSv1_3', tlsMaximumProtocolVersion: 'TLSv1_3' },
    tlsCertificates: [{ certificateChain: { filename: tls.certificate }, privateKey: { filename: tls.key } }],
    validationContext: {
      trustedCa: { filename: tls.ca },
      matchTypedSubjectAltNames: [
        { sanType: 'URI', matcher: { exact: 'spiffe://switchyard/control-plane' } },
      ],
    },
  })
})

t.test(
  'with TLS, Envoy follows files that it watches, and the name that it wants stays in the bootstrap',
  async (t) => {
    const files = { certificate: '/c/edge-1.pem', key: '/c/edge-1.key', ca: '/ca/ca.pem' }
    const tls = { ...files, watched: watchedPaths('/c/edge-1') }
    const { staticResources } = jsonWith({ xds: { address: '127.0.0.1:18000', tls } })
    const sdsConfig = (path: string) => ({ pathConfigSource: { path }, resourceApiVersion: 'V3' })
    const { commonTlsContext } = staticResources.clusters[0].transportSocket.typedConfig
    t.same(commonTlsContext.tlsCertificateSdsSecretConfigs, [
      { name: 'xds_node', sdsConfig: sdsConfig('/c/edge-1.certificate.json') },
    ])
    t.match(commonTlsContext.combinedValidationContext, {
      defaultValidationContext: {
        matchTypedSubjectAltNames: [{ matcher: { exact: 'spiffe://switchyard/control-plane' } }],
      },
      validationContextSdsSecretConfig: { name: 'xds_ca', sdsConfig: sdsConfig('/c/edge-1.ca.json') },
    })
    const { certificate, ca } = watchedFiles(tls)
    t.match(JSON.parse(certificate).resources, [
      {
        name: 'xds_node',
        tlsCertificate: {
          certificateChain: { filename: files.certificate },
          privateKey: { filename: files.key },
          watchedDirectory: { path: '/c' },
        },
      },
    ])
    t.match(JSON.parse(ca).resources, [
      {
        name: 'xds_ca',
        validationContext: { trustedCa: { filename: files.ca }, watchedDirectory: { path: '/ca' } },
      },
    ])
  },
)

t.test('S58: a node id or a fleet that xDS would reject is an error', async (t) => {
  const message = 'is longer than 256 bytes'
  for (const option of ['nodeId', 'cluster']) {
    const problems = [{ path: option, message }]
    t.throws(() => jsonWith({ [option]: 'e'.repeat(257) }), { code: 'invalid-argument', problems })
    t.ok(jsonWith({ [option]: 'e'.repeat(256) }), 'twin')
  }
})

t.test('all invalid options are reported at once', async (t) => {
  const wrong = {
    nodeId: '',
    cluster: '',
    listenerAddress: 'localhost',
    xds: { address: 'here' },
    protocol: 'rest' as 'delta',
    adminAddress: 'everywhere',
    statsAddress: 'everywhere',
    limits: { maxConnections: 0, maxHeapBytes: Number.NaN },
  }
  t.throws(() => createBootstrap(wrong), {
    code: 'invalid-argument',
    problems: [
      { path: 'nodeId' },
      { path: 'cluster' },
      { path: 'listenerAddress' },
      { path: 'protocol' },
      { path: 'adminAddress' },
      { path: 'statsAddress' },
      { path: 'limits.maxConnections' },
      { path: 'limits.maxHeapBytes' },
      { path: 'xds.address' },
    ],
  })
})
