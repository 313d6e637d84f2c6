// Starts OpenTelemetry's collector as a process, built from its Go modules on first use: spans go on to another receiver, and become
// metrics for Prometheus.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { buildOnce } from '../grpc-programs/build-once.ts'

export interface Collector {
  /** `HOST:PORT`, which takes OTLP over gRPC. */
  readonly address: string
  /** URL of the metrics that it makes of spans, in Prometheus' text format. */
  readonly metricsUrl: string
}

/**
 * Builds it the first time, which takes some minutes, and starts it.
 * @param to `HOST:PORT` of the receiver that gets all spans
 * @throws SwitchyardError `process-failed` with the compiler's output, or with the end of its log, if it does not start
 */
export async function startCollector(group: ProcessGroup, folder: string, to: string): Promise<Collector> {
  const built = buildOnce({
    name: 'go-collector',
    folder: 'testbed/otlp/collector',
    commands: [['go', 'build', '-trimpath', '-ldflags', '-s -w', '-o', 'collector', '.']],
  })
  const [otlp, metrics] = await Promise.all([freePort(), freePort()])
  const file = join(folder, 'collector.yaml')
  await writeFile(file, stringify(configOf(`127.0.0.1:${otlp}`, `127.0.0.1:${metrics}`, to)))
  const started = group.start({
    name: 'collector',
    command: join(built, 'collector'),
    args: ['--config', file],
    logFile: join(folder, 'collector.log'),
    dieWithParent: true,
    ready: (line) => (line.includes('Everything is ready') ? true : undefined),
  })
  await started.ready
  return { address: `127.0.0.1:${otlp}`, metricsUrl: `http://127.0.0.1:${metrics}/metrics` }
}

function configOf(otlp: string, metrics: string, to: string): object {
  return {
    receivers: { otlp: { protocols: { grpc: { endpoint: otlp } } } },
    connectors: { span_metrics: { metrics_flush_interval: '200ms' } },
    exporters: { otlp_grpc: { endpoint: to, tls: { insecure: true } }, prometheus: { endpoint: metrics } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: {
        traces: { receivers: ['otlp'], exporters: ['otlp_grpc', 'span_metrics'] },
        metrics: { receivers: ['span_metrics'], exporters: ['prometheus'] },
      },
    },
  }
}
