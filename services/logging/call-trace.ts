// The trace of a call: from the active span where the process has a tracer, else from the header of the caller.

import type { Metadata } from '@grpc/grpc-js'
import { isSpanContextValid, trace } from '@opentelemetry/api'

export interface CallTrace {
  readonly traceId: string
  readonly spanId: string
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-|$)/

/** Of the span that is active now. */
export function activeTrace(): CallTrace | undefined {
  const context = trace.getActiveSpan()?.spanContext()
  if (context === undefined || !isSpanContextValid(context)) return undefined
  return { traceId: context.traceId, spanId: context.spanId }
}

/** Of the caller's span. */
export function callerTrace(metadata: Metadata): CallTrace | undefined {
  const [, traceId, spanId] = TRACEPARENT.exec(String(metadata.get('traceparent')[0] ?? '')) ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  const isValid = isSpanContextValid({ traceId: traceId, spanId: spanId, traceFlags: 0 })
  return isValid ? { traceId, spanId } : undefined
}
