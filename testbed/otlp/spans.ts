// Spans as plain data, from the messages of OpenTelemetry's protocol.

import {
  type ResourceSpans,
  type Span,
  Span_SpanKind,
  Status_StatusCode,
} from '@envoy/xds-protos/opentelemetry/proto/trace/v1/trace_pb.js'
import { type Attributes, toAttributes, toHex, toMs } from './values.ts'

export interface SpanEvent {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly attributes: Attributes
}

export interface ReceivedSpan {
  /** In hexadecimal digits, as `traceparent` has it. */
  readonly traceId: string
  readonly spanId: string
  /** Undefined for the root of a trace. */
  readonly parentId: string | undefined
  /** `service.name` of the process that reported it. */
  readonly service: string
  readonly name: string
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  /** Milliseconds since 1970, by the clock of the process that reported it. */
  readonly startMs: number
  readonly durationMs: number
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  /** Events that the reporter has left out, because there were too many. */
  readonly droppedEvents: number
  readonly status: 'unset' | 'ok' | 'error'
  readonly statusMessage: string
  /** Of the process. */
  readonly resource: Attributes
}

/** The spans of one report. */
export function readSpans(resourceSpans: readonly ResourceSpans[]): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = toAttributes(resource?.attributes ?? [])
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => toSpan(span, attributes)))
  })
}

function toSpan(span: Span, resource: Attributes): ReceivedSpan {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span
  return {
    traceId: toHex(span.traceId),
    spanId: toHex(span.spanId),
    parentId: span.parentSpanId.length === 0 ? undefined : toHex(span.parentSpanId),
    service: String(resource['service.name'] ?? ''),
    name: span.name,
    kind: KINDS[span.kind],
    startMs: toMs(start),
    durationMs: toMs(end - start),
    attributes: toAttributes(span.attributes),
    events: span.events.map(({ name, timeUnixNano, attributes }) => ({
      name,
      atMs: toMs(timeUnixNano),
      attributes: toAttributes(attributes),
    })),
    droppedEvents: span.droppedEventsCount,
    status: STATUSES[span.status?.code ?? Status_StatusCode.UNSET],
    statusMessage: span.status?.message ?? '',
    resource,
  }
}

const KINDS: Readonly<Record<Span_SpanKind, ReceivedSpan['kind']>> = {
  [Span_SpanKind.UNSPECIFIED]: 'unspecified',
  [Span_SpanKind.INTERNAL]: 'internal',
  [Span_SpanKind.SERVER]: 'server',
  [Span_SpanKind.CLIENT]: 'client',
  [Span_SpanKind.PRODUCER]: 'producer',
  [Span_SpanKind.CONSUMER]: 'consumer',
}

const STATUSES: Readonly<Record<Status_StatusCode, ReceivedSpan['status']>> = {
  [Status_StatusCode.UNSET]: 'unset',
  [Status_StatusCode.OK]: 'ok',
  [Status_StatusCode.ERROR]: 'error',
}
