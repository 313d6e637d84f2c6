// What nodes report about their calls, as Prometheus' series. Labels are names of the document, and few others.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { BackendLoad, UpstreamLoad } from '../../api/schemas/load.ts'
import type { Loads } from './desired-state.ts'

const OTHER = 'other'
/** Clients choose the names of localities and categories. */
const MAX_NAMES = 50
/** Backends choose the names of other metrics, which only REST shows. */
const UTILIZATION = /^(cpu|mem|application)_utilization$/

const BACKEND = ['fleet', 'upstream', 'locality', 'endpoint'] as const

/** Registers the metrics; they are computed at each scrape. */
export function addLoadMetrics(registry: Registry, loads: Loads): void {
  const registers = [registry]
  // The first one computes all of them: a registry asks for them in order.
  const started = new Counter({
    name: 'switchyard_load_calls_started_total',
    help: 'Calls that nodes started, by their reports; at L4 connections',
    labelNames: BACKEND,
    registers,
    collect() {
      const all = [started, ended, open, dropped, utilization]
      for (const metric of all) metric.reset()
      for (const one of loads.read().upstreams) observe(one)
    },
  })
  const ended = new Counter({
    name: 'switchyard_load_calls_ended_total',
    help: 'Calls that ended, by result (ok or error); at L4 unknown',
    labelNames: [...BACKEND, 'result'],
    registers,
  })
  const open = new Gauge({
    name: 'switchyard_load_calls_in_progress',
    help: 'Open calls, by the last report of each node',
    labelNames: BACKEND,
    registers,
  })
  const dropped = new Counter({
    name: 'switchyard_load_calls_dropped_total',
    help: 'Calls that clients rejected themselves; category is empty for circuit breakers',
    labelNames: ['fleet', 'upstream', 'category'],
    registers,
  })
  const utilization = new Gauge({
    name: 'switchyard_load_utilization',
    help: 'Mean utilization that backends reported with their answers, by the last report of each node',
    labelNames: [...BACKEND, 'metric'],
    registers,
  })

  function observe({ fleet, upstream, backends, dropped: { calls, categories } }: UpstreamLoad): void {
    const localityOf = limitNames()
    for (const backend of backends) {
      const locality = localityOf(formatLocality(backend))
      const labels = { fleet, upstream, locality, endpoint: endpointLabel(backend) }
      started.inc(labels, backend.calls.started)
      ended.inc({ ...labels, result: 'ok' }, backend.calls.ok)
      ended.inc({ ...labels, result: 'error' }, backend.calls.errors)
      open.inc(labels, backend.calls.inProgress)
      for (const [metric, { latest }] of Object.entries(backend.metrics)) {
        if (latest !== undefined && UTILIZATION.test(metric)) utilization.set({ ...labels, metric }, latest)
      }
    }
    const categoryOf = limitNames()
    let uncategorized = calls
    for (const [category, count] of Object.entries(categories)) {
      dropped.inc({ fleet, upstream, category: categoryOf(category) }, count)
      uncategorized -= count
    }
    dropped.inc({ fleet, upstream, category: '' }, Math.max(0, uncategorized))
  }
}

/** The first names; the others share one. */
function limitNames(): (name: string) => string {
  const names = new Set<string>()
  return (name) => {
    if (names.size < MAX_NAMES) names.add(name)
    return names.has(name) ? name : OTHER
  }
}

/** `region/zone/sub_zone`, or empty. */
function formatLocality({ locality: { region, zone, subZone } }: BackendLoad): string {
  return [region, zone, subZone].join('/').replace(/\/+$/, '')
}

/** Empty for what clients report by locality only. */
function endpointLabel({ endpoint, address }: BackendLoad): string {
  return endpoint ?? (address === undefined ? '' : OTHER)
}
