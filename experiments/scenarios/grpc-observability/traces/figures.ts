// How a run keeps what it found, and how checks and sections read it.

import type { Measured, Results } from '../../../../harness/results.ts'
import type { ReceivedSpan } from '../../../../testbed/otlp/spans.ts'
import { placed } from '../../../../testbed/otlp/trace-tree.ts'

export interface ShownSpan {
  readonly depth: number
  readonly service: string
  readonly kind: string
  readonly name: string
  /** Since the trace began. */
  readonly atMs: number
  readonly durationMs: number
  readonly status: string
}

export const SHOWN = 'trace'
const HOLDS = 'holds: '
export const holdsText = (fact: string) => `${HOLDS}${fact}`
export const runIdOf = ({ id }: { readonly id: string }) => `traces.${id}`

/** A trace as JSON: its spans below each other. */
export function traceText(spans: readonly ReceivedSpan[]): string {
  const begun = Math.min(...spans.map(({ startMs }) => startMs))
  const shown = placed(spans).map(
    ({ span, depth }): ShownSpan => ({
      depth,
      service: span.service,
      kind: span.kind,
      name: span.name,
      atMs: span.startMs - begun,
      durationMs: span.durationMs,
      status: statusOf(span),
    }),
  )
  return JSON.stringify(shown)
}

/** The status code of gRPC: OpenTelemetry's instrumentation and Envoy name it differently. */
function statusOf({ attributes }: ReceivedSpan): string {
  return String(attributes['rpc.grpc.status_code'] ?? attributes['grpc.status_code'] ?? '')
}

export function shownIn({ texts = {} }: Measured): readonly ShownSpan[] {
  return JSON.parse(texts[SHOWN] ?? '[]')
}

export function measuredOf({ runs }: Results, one: { readonly id: string }): Measured | undefined {
  return runs.find(({ id, measured }) => id === runIdOf(one) && measured !== undefined)?.measured
}

/** What must hold of a run, and whether it does. */
export function factsOf(results: Results, one: { readonly id: string }) {
  return Object.entries(measuredOf(results, one)?.texts ?? {}).flatMap(([name, text]) =>
    name.startsWith(HOLDS) ? [{ fact: name.slice(HOLDS.length), holds: text === 'true' }] : [],
  )
}
