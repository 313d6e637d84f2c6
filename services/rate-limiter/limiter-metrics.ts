// What a rate limiter counts of its decisions, by limit: the labels are names of the rules, and never what callers send.

import { Counter } from 'prom-client'
import type { OpenMetricsRegistry } from '../metrics/metrics-server.ts'
import type { CountedHits } from './limit-check.ts'

const LABELS = ['limit'] as const

export class LimiterMetrics {
  readonly #hits
  readonly #over
  readonly #near
  readonly #shadow
  readonly #unlimited
  readonly #failures

  /** @param forgotten how many counts in memory were given up so far */
  constructor(registry: OpenMetricsRegistry, forgotten: () => number = () => 0) {
    const registers = [registry]
    const counter = (name: string, help: string) =>
      new Counter({ name: `switchyard_rate_limit_${name}_total`, help, labelNames: LABELS, registers })
    this.#hits = counter('hits', 'Hits that a limit has counted')
    this.#over = counter('over_limit', 'Hits beyond the limit, also those that its shadow mode let pass')
    this.#near = counter('near_limit', 'Hits that passed, and were near the limit')
    this.#shadow = counter('shadow', 'Hits beyond the limit that its shadow mode let pass')
    this.#unlimited = new Counter({
      name: 'switchyard_rate_limit_unmatched_total',
      help: 'Descriptors that no rule limits',
      registers,
    })
    this.#failures = new Counter({
      name: 'switchyard_rate_limit_store_failures_total',
      help: 'Requests without a decision, because the store of counts did not answer',
      registers,
    })
    new Counter({
      name: 'switchyard_rate_limit_forgotten_counts_total',
      help: 'Counts in memory that were given up before their window ended, because there were too many',
      registers,
      collect() {
        this.reset()
        this.inc(forgotten())
      },
    })
  }

  counted({ name: limit, hits, over, near, isShadow }: CountedHits): void {
    if (limit === undefined) {
      this.#unlimited.inc()
      return
    }
    this.#hits.inc({ limit }, hits)
    this.#over.inc({ limit }, over)
    this.#near.inc({ limit }, near)
    if (isShadow) this.#shadow.inc({ limit }, over)
  }

  failed(): void {
    this.#failures.inc()
  }
}
