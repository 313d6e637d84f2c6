// What a log service counts of the entries that it gets. No label is made of texts that callers send.

import { Counter } from 'prom-client'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import type { OpenMetricsRegistry } from '../metrics/metrics-server.ts'
import type { AccessLogLine } from './log-lines.ts'

export class LogMetrics {
  readonly #entries

  constructor(registry: OpenMetricsRegistry) {
    this.#entries = new Counter({
      name: 'switchyard_log_service_entries_total',
      help: 'Entries of access logs by event (call or connection) and by the status of gRPC where there is one',
      labelNames: ['event', 'grpc_code'] as const,
      registers: [registry],
    })
  }

  count({ event, grpcStatus = '' }: AccessLogLine): void {
    const isKnown = (GRPC_STATUS_NAMES as readonly string[]).includes(grpcStatus)
    this.#entries.inc({ event, grpc_code: isKnown ? grpcStatus : '' })
  }
}
