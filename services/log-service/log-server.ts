// The log service: Envoy's access log service and health on one address.

import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { create } from '@bufbuild/protobuf'
import {
  AccessLogService,
  StreamAccessLogsResponseSchema,
} from '@envoy/xds-protos/envoy/service/accesslog/v3/als_pb.js'
import { Server } from '@grpc/grpc-js'
import type { ListenAddress, TcpAddress } from '../draining-listener.ts'
import { createRegistry, serveMetrics } from '../metrics/metrics-server.ts'
import { addService } from '../rpc/index.ts'
import { type ServedService, serveWithHealth } from '../serve-with-health.ts'
import { type LogSender, linesOf, senderOf } from './log-lines.ts'
import { LogMetrics } from './log-metrics.ts'

export interface LogServiceOptions {
  readonly listen: ListenAddress
  /** What gets a line of JSON for each entry. */
  readonly out: Writable
  /** Where metrics are served. Default: nowhere. */
  readonly metrics?: TcpAddress
}

export interface LogServer extends ServedService {
  /** `HOST:PORT`; undefined without metrics. */
  readonly metrics?: string
}

/** Errors are those of `DrainingListener.listen`. */
export async function startLogService({ listen, out, metrics }: LogServiceOptions): Promise<LogServer> {
  const registry = createRegistry()
  const counts = new LogMetrics(registry)
  const server = new Server()
  addService(server, AccessLogService, {
    async streamAccessLogs(messages) {
      let sender: LogSender | undefined
      for await (const message of messages) {
        sender ??= senderOf(message)
        const lines = linesOf(message, sender)
        for (const line of lines) counts.count(line)
        const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
        // An Envoy whose stream is not read drops entries and counts them; calls never wait.
        if (!out.write(text)) await once(out, 'drain')
      }
      return create(StreamAccessLogsResponseSchema)
    },
  })
  const service = await serveWithHealth(server, AccessLogService.typeName, listen)
  const served = metrics && (await serveMetrics(registry, metrics))
  return {
    ...service,
    ...(served && { metrics: served.address }),
    close() {
      served?.close()
      return service.close()
    },
  }
}
