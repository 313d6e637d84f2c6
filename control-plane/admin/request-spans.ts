// A span for each request of REST, in the trace of its caller.

import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'
import { TRACER_NAME } from '../../core/spanned.ts'

/** Requests that only read are many, and pages and probes repeat them: they have no span. */
const WRITES: readonly string[] = ['PUT', 'PATCH', 'POST', 'DELETE']

/** Names are those of OpenTelemetry: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export function addRequestSpans(server: FastifyInstance): void {
  const spans = new WeakMap<object, Span>()
  server.addHook('onRequest', (request, _reply, done) => {
    const { method, headers, routeOptions } = request
    const route = routeOptions.url
    if (route !== undefined && WRITES.includes(method)) {
      const attributes = { 'http.request.method': method, 'http.route': route }
      const caller = propagation.extract(context.active(), headers)
      const options = { kind: SpanKind.SERVER, attributes }
      spans.set(request, trace.getTracer(TRACER_NAME).startSpan(`${method} ${route}`, options, caller))
    }
    done()
  })
  // The body has arrived in the context of its socket, so the span becomes active behind it.
  server.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request)
    if (span === undefined) return done()
    context.with(trace.setSpan(context.active(), span), done)
  })
  server.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request)
    span?.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
    done()
  })
}
