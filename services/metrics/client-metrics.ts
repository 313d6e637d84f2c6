// Counts the calls of a gRPC client.

import { InterceptingCall, type Interceptor, ListenerBuilder } from '@grpc/grpc-js'
import { CallMetrics } from './call-metrics.ts'
import { type MeteredMethod, meteredMethod } from './metered-method.ts'
import type { OpenMetricsRegistry } from './metrics-server.ts'
import { sampledTraceOf } from './sampled-trace.ts'

/**
 * Put it first in the list of interceptors: then it counts what the program asked for, not what others repeat. Retries and hedges of
 * the channel are one call here, whatever they are for the proxy and the server.
 */
export function clientMetrics(registry: OpenMetricsRegistry): Interceptor {
  const metrics = new CallMetrics(registry, 'client')
  const methods = new Map<string, MeteredMethod>()
  return (options, nextCall) => {
    const { method_definition: definition } = options
    const method = methods.get(definition.path) ?? meteredMethod(definition)
    methods.set(definition.path, method)
    const metered = metrics.begin(method)
    return new InterceptingCall(nextCall(options), {
      start: (metadata, _, next) => {
        const traceId = sampledTraceOf(metadata)
        const listener = new ListenerBuilder()
          .withOnReceiveMessage((message, pass) => {
            metered.received()
            pass(message)
          })
          .withOnReceiveStatus((ended, pass) => {
            metered.end(ended.code, traceId)
            pass(ended)
          })
          .build()
        next(metadata, listener)
      },
      sendMessage: (message, next) => {
        metered.sent()
        next(message)
      },
    })
  }
}
