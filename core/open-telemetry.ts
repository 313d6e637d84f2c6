// Starts OpenTelemetry's SDK for traces in this process: spans go to a collector by OTLP over gRPC, context by W3C's headers.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node'
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'

export interface TracingOptions {
  /** The name of the process in traces. */
  readonly service: string
  /** URL of the collector, such as `http://127.0.0.1:4317`. */
  readonly endpoint: string
  /** The share of traces that are kept of those that begin here, 0 to 1. Callers decide about theirs. Default: 1. */
  readonly ratio?: number
  /** How long spans are gathered before they are sent, in milliseconds. Default: 500. */
  readonly delayMs?: number
}

export interface Tracing {
  /** Sends what has not been sent, and ends. Never rejects: a collector that is away must not keep a process from ending. */
  readonly shutdown: () => Promise<void>
}

/** Once in a process: what is registered is global, and OpenTelemetry ignores a second time. */
export function startTracing({ service, endpoint, ratio = 1, delayMs = 500 }: TracingOptions): Tracing {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint }), { scheduledDelayMillis: delayMs }),
    ],
  })
  provider.register()
  return { shutdown: () => provider.shutdown().catch(() => {}) }
}
