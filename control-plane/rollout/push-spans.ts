// A span for each response that carries a revision to a node, from the push to the ACK or NACK, in the trace of the write.

import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { TRACER_NAME } from '../../core/spanned.ts'
import type { ResponseEvent, StreamEvent, XdsEvent } from '../../xds-server/index.ts'
import type { ServingObserver } from './serving-observer.ts'

/** A node that never answers must not fill the memory with the spans of all revisions. */
const MOST_OPEN = 10_000

/**
 * Nodes that connect after the write get the revision too, but nobody waits for them: they are not in its trace. Which revision a
 * response carries is not said; it counts as the newest that is served.
 */
export class PushSpans implements ServingObserver {
  /** The write behind the newest revision. */
  #write: Context = ROOT_CONTEXT
  readonly #streams = new Set<number>()
  /** Streams that were open when it was served. */
  #waiting: ReadonlySet<number> = new Set()
  readonly #open = new Map<string, Span>()

  serving(revision: number): void {
    this.#write = context.active()
    this.#waiting = new Set(this.#streams)
    trace.getSpan(this.#write)?.setAttribute('switchyard.revision', revision)
  }

  served(): void {}

  /** Events of the cache, in order. */
  take(event: XdsEvent): void {
    if (event.kind === 'opened') this.#streams.add(event.stream.id)
    else if (event.kind === 'sent') this.#begin(event)
    else if (event.kind === 'acked') this.#take(event)?.end()
    else if (event.kind === 'nacked') fail(this.#take(event), event.nack.message)
    else if (event.kind === 'closed') this.#close(event)
  }

  #begin(event: ResponseEvent & { readonly resources: number; readonly removed: number }): void {
    const { node, group, stream, typeUrl, version, resources, removed } = event
    if (
      trace.getSpan(this.#write) === undefined ||
      !this.#waiting.has(stream.id) ||
      this.#open.size >= MOST_OPEN
    )
      return
    const span = trace.getTracer(TRACER_NAME).startSpan(
      `push ${typeUrl.slice(typeUrl.lastIndexOf('.') + 1)}`,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          'xds.node': node,
          'xds.fleet': group,
          'xds.type_url': typeUrl,
          'xds.version': version,
          'xds.resources': resources,
          'xds.removed': removed,
        },
      },
      this.#write,
    )
    this.#open.set(keyOf(event), span)
  }

  #take(event: ResponseEvent): Span | undefined {
    const key = keyOf(event)
    const span = this.#open.get(key)
    this.#open.delete(key)
    return span
  }

  #close({ stream, ...event }: StreamEvent & Extract<XdsEvent, { kind: 'closed' }>): void {
    this.#streams.delete(stream.id)
    for (const { typeUrl, nonce } of event.pending) {
      const key = keyOf({ stream, typeUrl, nonce })
      fail(this.#open.get(key), 'the stream ended before an answer')
      this.#open.delete(key)
    }
  }
}

function fail(span: Span | undefined, message: string): void {
  span?.setStatus({ code: SpanStatusCode.ERROR, message })
  span?.end()
}

/** Nonces are unique on a stream and type. */
function keyOf({ stream, typeUrl, nonce }: Pick<ResponseEvent, 'stream' | 'typeUrl' | 'nonce'>): string {
  return `${stream.id} ${typeUrl} ${nonce}`
}
