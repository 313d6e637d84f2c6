// The trace of a call, from its metadata.

import type { Metadata } from '@grpc/grpc-js'

/** https://www.w3.org/TR/trace-context/#traceparent-header: version, trace ID, parent ID, flags. */
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-([\da-f]{2})(?:-.*)?$/
const NO_TRACE = '0'.repeat(32)
const SAMPLED = 0b1

/**
 * The ID of the trace, if it is sampled. An exemplar of another trace would lead to nothing.
 * The metadata has it wherever the span was made: in this program, in a proxy or in the caller.
 */
export function sampledTraceOf(metadata: Metadata): string | undefined {
  const [header] = metadata.get('traceparent')
  const [, traceId, flags = ''] = TRACEPARENT.exec(String(header)) ?? []
  return traceId === NO_TRACE || (Number.parseInt(flags, 16) & SAMPLED) === 0 ? undefined : traceId
}
