// What is counted of gRPC calls, the same for a client and for a server: calls, statuses, latency, messages.

import { status } from '@grpc/grpc-js'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { MeteredMethod } from './metered-method.ts'
import type { OpenMetricsRegistry } from './metrics-server.ts'

/** Which end of the calls: the first part of each metric's name is `grpc_client` or `grpc_server`. */
export type Side = 'client' | 'server'

/** Notes what happens to one call. */
export interface MeteredCall {
  sent(): void
  received(): void
  /** Counts only the first time. @param traceId of a sampled trace: the exemplar of the latency */
  end(code: status, traceId?: string): void
}

/** Seconds: from what loopback takes to what a person waits for. */
export const LATENCY_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]
const MESSAGES = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000]

const METHOD = ['grpc_type', 'grpc_service', 'grpc_method'] as const

/**
 * Names and labels are those of [go-grpc-middleware](https://github.com/grpc-ecosystem/go-grpc-middleware/tree/main/providers/prometheus)
 * and its relatives in other languages, so that dashboards made for them work. Two are ours: `…_in_progress`, and
 * `…_stream_messages`, a histogram of the messages of a stream. Statuses are written as in gRPC's specification: `NOT_FOUND`.
 */
export class CallMetrics {
  readonly #side: Side
  readonly #started: Counter
  readonly #handled: Counter
  readonly #open: Gauge
  readonly #messages: { readonly sent: Counter; readonly received: Counter }
  readonly #latency: Histogram
  readonly #perStream: Histogram

  constructor(registry: OpenMetricsRegistry, side: Side) {
    this.#side = side
    const define = (name: string, help: string, ...more: readonly string[]) => ({
      ...{ name: `grpc_${side}_${name}`, help, labelNames: [...METHOD, ...more], registers: [registry] },
    })
    this.#started = new Counter(define('started_total', `Calls that began at this ${side}`))
    this.#handled = new Counter(
      define('handled_total', `Calls that ended at this ${side}, by status`, 'grpc_code'),
    )
    this.#open = new Gauge(define('in_progress', `Calls that have not ended at this ${side}`))
    this.#messages = {
      sent: new Counter(define('msg_sent_total', `Messages that this ${side} sent`)),
      received: new Counter(define('msg_received_total', `Messages that this ${side} received`)),
    }
    this.#latency = new Histogram({
      ...define('handling_seconds', `Time from the beginning of a call at this ${side} to its status`),
      ...{ buckets: LATENCY_BUCKETS, enableExemplars: true },
    })
    this.#perStream = new Histogram({
      ...define('stream_messages', 'Messages of a stream when its call ends, sent or received', 'direction'),
      buckets: MESSAGES,
    })
  }

  /** Counts a call that begins now. */
  begin(metered: MeteredMethod): MeteredCall {
    const { labels } = metered
    const begun = performance.now()
    const count = { sent: 0, received: 0 }
    let isOpen = true
    this.#started.inc(labels)
    this.#open.inc(labels)
    const pass = (direction: keyof typeof count) => {
      count[direction] += 1
      this.#messages[direction].inc(labels)
    }
    return {
      sent: () => pass('sent'),
      received: () => pass('received'),
      end: (code, traceId) => {
        if (!isOpen) return
        isOpen = false
        this.#open.dec(labels)
        this.#handled.inc({ ...labels, grpc_code: status[code] ?? String(code) })
        const exemplarLabels = traceId === undefined ? {} : { trace_id: traceId }
        this.#latency.observe({ labels, value: (performance.now() - begun) / 1_000, exemplarLabels })
        for (const direction of this.#streamsOf(metered)) {
          this.#perStream.observe({ ...labels, direction }, count[direction])
        }
      },
    }
  }

  /** The directions in which the method streams: a unary call would only repeat the count of calls. */
  #streamsOf({ requestStream, responseStream }: MeteredMethod): readonly ('sent' | 'received')[] {
    const [requests, responses] =
      this.#side === 'client' ? (['sent', 'received'] as const) : (['received', 'sent'] as const)
    return [...(requestStream ? [requests] : []), ...(responseStream ? [responses] : [])]
  }
}
