// The service that a filter asks about each call, by one unary call of its own.

/**
 * A check that crosses the GOAWAY of a service that drains is refused, and nobody has looked at it: it is made once more. Anything else
 * may have been seen, or comes from a service that is down.
 */
const WHEN_REFUSED = { retryOn: 'refused-stream', numRetries: 1 }

/** A `GrpcService` for unary calls. */
export function grpcCallout(upstream: string) {
  return {
    targetSpecifier: { case: 'envoyGrpc' as const, value: { clusterName: upstream } },
    retryPolicy: WHEN_REFUSED,
  }
}
