// Spans by their traces, and each trace as a tree.

import type { ReceivedSpan } from './spans.ts'

export interface PlacedSpan {
  readonly span: ReceivedSpan
  /** How many spans are above it; 0 for a span without a parent, or whose parent was not received. */
  readonly depth: number
}

/** The spans of each trace, by its id. */
export function tracesIn(spans: readonly ReceivedSpan[]): ReadonlyMap<string, readonly ReceivedSpan[]> {
  return Map.groupBy(spans, ({ traceId }) => traceId)
}

/** Each span below its parent; siblings in the order in which they began. @param spans of one trace */
export function placed(spans: readonly ReceivedSpan[]): readonly PlacedSpan[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const isTop = ({ parentId }: ReceivedSpan) => parentId === undefined || !ids.has(parentId)
  const below = (level: readonly ReceivedSpan[], depth: number): readonly PlacedSpan[] =>
    level
      .toSorted((a, b) => a.startMs - b.startMs)
      .flatMap((span) => [
        { span, depth },
        ...below(
          spans.filter(({ parentId }) => parentId === span.spanId),
          depth + 1,
        ),
      ])
  return below(spans.filter(isTop), 0)
}

/** Such as `client:client > edge:server`, each span below the one before; siblings are in brackets. */
export function shapeOf(spans: readonly ReceivedSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const isTop = ({ parentId }: ReceivedSpan) => parentId === undefined || !ids.has(parentId)
  const shape = (level: readonly ReceivedSpan[]): string => {
    const each = level
      .toSorted((a, b) => a.startMs - b.startMs)
      .map((span) => {
        const rest = shape(spans.filter(({ parentId }) => parentId === span.spanId))
        return `${span.service}:${span.kind}${rest === '' ? '' : ` > ${rest}`}`
      })
    return each.length > 1 ? `[${each.join(', ')}]` : (each[0] ?? '')
  }
  return shape(spans.filter(isTop))
}
