// A part of some work as a span of OpenTelemetry. Where no SDK is registered, it costs a function call.

import { type Attributes, SpanStatusCode, trace } from '@opentelemetry/api'

export const TRACER_NAME = 'switchyard'

/**
 * Runs `act` within a span below the active one. An error ends the span with its text, and goes on.
 * @param attributes what the span says of its work
 */
export function spanned<T>(name: string, act: () => Promise<T>, attributes: Attributes = {}): Promise<T> {
  return trace.getTracer(TRACER_NAME).startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await act()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: textOf(error) })
      throw error
    } finally {
      span.end()
    }
  })
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
