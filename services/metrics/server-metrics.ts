// Counts the calls of a gRPC server.

import type { DescService } from '@bufbuild/protobuf'
import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js'
import { CallMetrics } from './call-metrics.ts'
import { meteredMethods } from './metered-method.ts'
import type { OpenMetricsRegistry } from './metrics-server.ts'
import { sampledTraceOf } from './sampled-trace.ts'

/**
 * Put it first in the list of interceptors: then it is next to the wire, and sees what the others answer.
 * A call that its client left has no status of the server. It counts as DEADLINE_EXCEEDED if its deadline has passed here too, which is
 * a little later than at the client, else as CANCELLED.
 * @param services whose methods are counted; others, such as health checks, would only hide them
 */
export function serverMetrics(
  registry: OpenMetricsRegistry,
  services: readonly DescService[],
): ServerInterceptor {
  const metrics = new CallMetrics(registry, 'server')
  const methods = meteredMethods(services)
  return ({ path }, call) => {
    const method = methods.get(path)
    if (method === undefined) return new ServerInterceptingCall(call)
    const metered = metrics.begin(method)
    let traceId: string | undefined
    let deadline = Number.POSITIVE_INFINITY
    return new ServerInterceptingCall(call, {
      start: (next) => {
        const listener = new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, pass) => {
            traceId = sampledTraceOf(metadata)
            deadline = Number(call.getDeadline())
            pass(metadata)
          })
          .withOnReceiveMessage((message, pass) => {
            metered.received()
            pass(message)
          })
          .withOnCancel(() => {
            const isLate = Date.now() >= deadline
            metered.end(isLate ? status.DEADLINE_EXCEEDED : status.CANCELLED, traceId)
          })
          .build()
        next(listener)
      },
      sendMessage: (message, next) => {
        metered.sent()
        next(message)
      },
      sendStatus: (ended, next) => {
        metered.end(ended.code ?? status.UNKNOWN, traceId)
        next(ended)
      },
    })
  }
}
