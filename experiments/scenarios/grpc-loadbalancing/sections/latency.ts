// Latencies at a fixed rate, and throughput.

import type { BarsSection, CurvesSection, Section } from '../../../../harness/report/section.ts'
import type { Subject } from '../checks/subject.ts'
import { CONCURRENCY } from '../workloads.ts'

export function latencySections(base: readonly Subject[], slow: readonly Subject[]): readonly Section[] {
  return [
    curves(
      'Latency: through an Envoy, by policy',
      base.filter(({ way }) => way.id.startsWith('envoy-')),
      'Backends are alike and far from busy, so what differs is the work of the Envoy for each call.',
    ),
    curves(
      'Latency: who balances',
      base.filter(({ way }) => !way.id.startsWith('envoy-l7') || way.id === 'envoy-l7-round-robin'),
      'Every proxy on the way is a hop that calls go through twice.',
    ),
    curves(
      'Latency: one backend is slow',
      slow,
      'A policy that looks at load moves the whole tail, not only the slowest calls.',
    ),
  ]
}

/** Latencies of calls, a curve for each way. */
export function curves(title: string, subjects: readonly Subject[], says: string): CurvesSection {
  return {
    kind: 'curves',
    title,
    says,
    curves: subjects.map(({ way, rounds }) => ({
      label: way.title,
      histograms: rounds.flatMap(({ histograms }) => histograms.call ?? []),
    })),
  }
}

export function throughputSection(closed: readonly Subject[], says: string): BarsSection {
  return {
    kind: 'bars',
    title: `Throughput: ${CONCURRENCY} calls at a time`,
    says,
    unit: 'calls/s',
    bars: closed.map(({ way, rounds }) => ({
      label: way.title,
      values: rounds.map(({ calls, seconds }) => calls / seconds),
    })),
  }
}
