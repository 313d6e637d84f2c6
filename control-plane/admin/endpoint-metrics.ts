// The sources of endpoints, as Prometheus' series. Labels are names of the document.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { DesiredState } from './desired-state.ts'

const LABELS = ['upstream', 'source'] as const

/** Registers the metrics; they are computed at each scrape. */
export function addEndpointMetrics(registry: Registry, state: Pick<DesiredState, 'endpointSources'>): void {
  const registers = [registry]
  // The first one computes all of them: a registry asks for them in order.
  const endpoints = new Gauge({
    name: 'switchyard_endpoints',
    help: 'Endpoints that are served from sources beside the document',
    labelNames: LABELS,
    registers,
    collect() {
      for (const metric of [endpoints, answered, problems, changes, ended]) metric.reset()
      for (const [upstream, one] of Object.entries(state.endpointSources())) {
        const labels = { upstream, source: one.source }
        endpoints.set(labels, one.endpoints)
        answered.set(labels, one.answered ? 1 : 0)
        problems.set(labels, one.problems.length)
        changes.inc(labels, one.changes)
        if (one.leasesEnded !== undefined) ended.inc({ upstream }, one.leasesEnded)
      }
    },
  })
  const answered = new Gauge({
    name: 'switchyard_endpoint_source_answered',
    help: 'Whether the source has answered since the start; until then the endpoints from before are served',
    labelNames: LABELS,
    registers,
  })
  const problems = new Gauge({
    name: 'switchyard_endpoint_source_problems',
    help: 'Problems of the newest answer of the source, while the endpoints from before stay in force',
    labelNames: LABELS,
    registers,
  })
  const changes = new Counter({
    name: 'switchyard_endpoint_changes_total',
    help: 'Changes of served endpoints by the source, without a revision',
    labelNames: LABELS,
    registers,
  })
  const ended = new Counter({
    name: 'switchyard_endpoint_leases_ended_total',
    help: 'Leases of registered endpoints that ended without a renewal',
    labelNames: ['upstream'],
    registers,
  })
}
