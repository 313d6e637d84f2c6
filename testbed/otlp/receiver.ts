// A small collector: takes spans and log records by OTLP over gRPC, as Envoy and OpenTelemetry's SDKs send them, and keeps them in memory.

import { LogsService } from '@envoy/xds-protos/opentelemetry/proto/collector/logs/v1/logs_service_pb.js'
import { TraceService } from '@envoy/xds-protos/opentelemetry/proto/collector/trace/v1/trace_service_pb.js'
import { Server } from '@grpc/grpc-js'
import { DrainingListener } from '../../services/draining-listener.ts'
import { addService } from '../../services/rpc/index.ts'
import { type ReceivedRecord, readRecords } from './records.ts'
import { type ReceivedSpan, readSpans } from './spans.ts'

/** An SDK sends up to 512 spans at once, which may be larger than the 4 MiB that gRPC takes otherwise. */
const MAX_REPORT_BYTES = 64 * 1024 * 1024

export interface OtlpReceiver {
  /** `host:port`, which takes OTLP over gRPC without TLS. */
  readonly address: string
  /** In the order in which they arrived. */
  readonly spans: readonly ReceivedSpan[]
  /**
   * Resolves with all spans as soon as they are enough, at once if they already are. Envoy and SDKs report late: the end of a
   * call says nothing.
   */
  readonly until: (isEnough: (spans: readonly ReceivedSpan[]) => boolean) => Promise<readonly ReceivedSpan[]>
  /** The same for log records. */
  readonly untilRecords: (
    isEnough: (records: readonly ReceivedRecord[]) => boolean,
  ) => Promise<readonly ReceivedRecord[]>
  /** Forgets what has arrived. */
  readonly clear: () => void
  readonly close: () => Promise<void>
}

/** Starts one on a loopback address. @param port default: a free one */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const server = new Server({ 'grpc.max_receive_message_length': MAX_REPORT_BYTES })
  const spans: ReceivedSpan[] = []
  const records: ReceivedRecord[] = []
  const waiting = new Set<() => void>()
  const arrived = async () => {
    for (const look of waiting) look()
    return {}
  }
  addService(server, TraceService, {
    export: ({ resourceSpans }) => {
      spans.push(...readSpans(resourceSpans))
      return arrived()
    },
  })
  addService(server, LogsService, {
    export: ({ resourceLogs }) => {
      records.push(...readRecords(resourceLogs))
      return arrived()
    },
  })
  const listener = new DrainingListener(server)
  const address = await listener.listen({ host: '127.0.0.1', port })
  const until = async <Item>(items: readonly Item[], isEnough: (items: readonly Item[]) => boolean) => {
    while (!isEnough(items)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.add(resolve)
      await promise
      waiting.delete(resolve)
    }
    return [...items]
  }
  return {
    address,
    spans,
    until: (isEnough) => until(spans, isEnough),
    untilRecords: (isEnough) => until(records, isEnough),
    clear() {
      spans.length = 0
      records.length = 0
    },
    close: () => listener.close(0),
  }
}
