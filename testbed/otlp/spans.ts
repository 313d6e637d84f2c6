// Spans as plain data, from the messages of OpenTelemetry's protocol.

import type { AnyValue, KeyValue } from '@envoy/xds-protos/opentelemetry/proto/common/v1/common_pb.js'
import {
  type ResourceSpans,
  type Span,
  Span_SpanKind,
  Status_StatusCode,
} from '@envoy/xds-protos/opentelemetry/proto/trace/v1/trace_pb.js'

/** A list or map is kept as JSON. */
export type AttributeValue = string | number | boolean
export type Attributes = Readonly<Record<string, AttributeValue>>

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

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Microseconds are kept: a number holds no more digits since 1970. */
function toMs(nanos: bigint): number {
  return Number(nanos / 1_000n) / 1_000
}

function toAttributes(entries: readonly KeyValue[]): Attributes {
  return Object.fromEntries(entries.map(({ key, value }) => [key, toValue(value)]))
}

function toValue(value: AnyValue | undefined): AttributeValue {
  const scalar = toPlain(value)
  return typeof scalar === 'object' ? JSON.stringify(scalar) : scalar
}

type Plain = AttributeValue | readonly Plain[] | { readonly [key: string]: Plain }

function toPlain(any: AnyValue | undefined): Plain {
  const one = any?.value
  switch (one?.case) {
    case 'intValue':
      return Number(one.value)
    case 'bytesValue':
      return Buffer.from(one.value).toString('base64')
    case 'arrayValue':
      return one.value.values.map(toPlain)
    case 'kvlistValue':
      return Object.fromEntries(one.value.values.map(({ key, value }) => [key, toPlain(value)]))
    default:
      return one?.value ?? ''
  }
}
