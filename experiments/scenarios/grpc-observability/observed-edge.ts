// The testbed of the metrics: a client in this process, an Envoy, two backends, and a Prometheus that scrapes all of them.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { ClientOptions } from '@grpc/grpc-js'
import { SwitchyardError } from '../../../core/errors.ts'
import { ALERTS, toRulesFile } from '../../../dashboards/alerts.ts'
import { envoyRelabeling } from '../../../dashboards/boards/envoy-statuses.ts'
import type { RunContext, SharedContext } from '../../../harness/scenario.ts'
import { clientMetrics } from '../../../services/metrics/client-metrics.ts'
import { addConnectionMetrics } from '../../../services/metrics/connection-metrics.ts'
import { createRegistry, serveMetrics } from '../../../services/metrics/metrics-server.ts'
import { createClient, type RpcClient } from '../../../services/rpc/index.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../../../testbed/otlp/receiver.ts'
import { startPrometheus } from '../../../testbed/prometheus/prometheus.ts'
import type { PrometheusClient } from '../../../testbed/prometheus/prometheus-client.ts'
import type { ScrapeTarget } from '../../../testbed/prometheus/scrape-config.ts'
import { startTestbed, type Testbed, type TestbedNode } from '../../../testbed/testbed.ts'
import { readToken } from '../../../testbed/token-file.ts'
import { untilActive } from '../../../testbed/until-active.ts'

const FLEET = 'edge'
const BACKENDS = 2
/** Often enough for a run of a second. On servers, 15 s are usual. */
const SCRAPE_INTERVAL_MS = 250

/** What a story turns. What it does not name is off. */
export interface EdgeSettings {
  /** Switches of the rule, such as `{ retry: … }`. */
  readonly rule?: object
  /** Switches of the upstream, such as `{ circuitBreaker: … }`. */
  readonly upstream?: object
  /** Of each backend, in whole percents. */
  readonly failPercent?: number
  readonly latencyMs?: number
}

const OFF = {
  rule: { retry: null, timeout: null },
  upstream: { circuitBreaker: null, http2: null, endpoints: { gone: null } },
}

export interface ObservedEdge {
  readonly testbed: Testbed
  readonly node: TestbedNode
  readonly prometheus: PrometheusClient
  /** Since when it is scraped, in seconds since the epoch. */
  readonly since: number
  /** Ids of the stories that it has seen since then. */
  readonly seen: Set<string>
  /** Where the Envoy reports the spans of sampled traces. */
  readonly traces: OtlpReceiver
  /** What a client of this edge calls, `HOST:PORT`. */
  readonly target: string
  /** A client whose calls are counted; `close` it. */
  client(options?: ClientOptions, target?: string): RpcClient<typeof EchoService>
  /** Resolves when Envoy and backends do what the settings say, and nothing else. */
  turn(settings: EdgeSettings): Promise<void>
}

/** Started by the first run that asks, and ended with the scenario. */
export function observedEdge({ shared }: Pick<RunContext, 'shared'>): Promise<ObservedEdge> {
  return shared('observed edge', startObservedEdge)
}

async function startObservedEdge({ group, folder }: SharedContext): Promise<ObservedEdge> {
  const testbed = await startTestbed(group, {
    ...{ folder, fleets: new Map([[FLEET, 1]]), backends: BACKENDS, metrics: true },
  })
  const [node] = testbed.fleets.get(FLEET) ?? []
  if (node === undefined) throw new SwitchyardError('internal', 'the testbed has no Envoy')
  const traces = await startOtlpReceiver()
  group.ending.addEventListener('abort', () => void traces.close())
  await testbed.rest.patchConfig({
    upstreams: { collector: { endpoints: { c1: { address: traces.address } } } },
    fleets: {
      [FLEET]: {
        lb: { mode: 'l7' },
        filters: { grpcStats: { enabled: true } },
        tracing: { enabled: true, upstream: 'collector', sampling: 0 },
      },
    },
  })

  const registry = createRegistry()
  const interceptor = clientMetrics(registry)
  addConnectionMetrics(registry)
  const ours = await serveMetrics(registry, { host: '127.0.0.1', port: 0 })
  group.ending.addEventListener('abort', () => ours.close())
  const ruleFile = join(folder, 'alerts.yaml')
  await writeFile(ruleFile, toRulesFile(ALERTS))
  const { client: prometheus } = await startPrometheus(group, join(folder, 'prometheus'), {
    targets: await targetsOf(testbed, node, ours.address, folder),
    intervalMs: SCRAPE_INTERVAL_MS,
    ruleFiles: [ruleFile],
  })
  return {
    testbed,
    node,
    prometheus,
    since: Date.now() / 1_000,
    seen: new Set(),
    traces,
    target: node.target,
    client: (options = {}, target = node.target) =>
      createClient(EchoService, target, { options: { ...options, interceptors: [interceptor] } }),
    turn: (settings) => turn(testbed, settings),
  }
}

async function targetsOf(
  { adminUrl, tokensFile, backends }: Testbed,
  { envoy, metrics = '' }: TestbedNode,
  client: string,
  folder: string,
): Promise<readonly ScrapeTarget[]> {
  const tokenFile = join(folder, 'viewer-token')
  await writeFile(tokenFile, await readToken(tokensFile, 'viewer'), { mode: 0o600 })
  return [
    { job: 'client', instance: 'scenario', address: client },
    {
      job: 'envoy',
      instance: envoy.nodeId,
      address: metrics,
      path: '/stats/prometheus',
      relabeling: envoyRelabeling(),
    },
    ...backends.map((one) => ({ job: 'backend', instance: one.id, address: one.metrics ?? '' })),
    { job: 'control-plane', instance: 'control-plane', address: new URL(adminUrl).host, tokenFile },
  ]
}

async function turn(testbed: Testbed, settings: EdgeSettings): Promise<void> {
  const { failPercent = 0, latencyMs = 0 } = settings
  await testbed.rest.patchConfig({
    routes: { public: { rules: { echo: { ...OFF.rule, ...settings.rule } } } },
    upstreams: { echo: { ...OFF.upstream, ...settings.upstream } },
  })
  await Promise.all(testbed.backends.map((one) => one.behave({ failPercent, latencyMs })))
  await untilActive(testbed)
}
