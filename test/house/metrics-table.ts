// The metrics of a registry as a Markdown table.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { createMetrics } from '../../control-plane/admin/metrics.ts'
import type { RoutesOptions } from '../../control-plane/admin/routes-options.ts'
import { LogMetrics } from '../../services/log-service/log-metrics.ts'
import { addListenerMetrics } from '../../services/metrics/backend-metrics.ts'
import { CallMetrics } from '../../services/metrics/call-metrics.ts'
import { addConnectionMetrics } from '../../services/metrics/connection-metrics.ts'
import { createRegistry, type OpenMetricsRegistry } from '../../services/metrics/metrics-server.ts'
import { LimiterMetrics } from '../../services/rate-limiter/limiter-metrics.ts'

/** By the name of its part of `docs/reference/metrics.md`. */
export function metricsTables(): Readonly<Record<string, string>> {
  return {
    'control-plane': tableOf(ofControlPlane()),
    server: tableOf(
      registryWith((registry) => {
        new CallMetrics(registry, 'server')
        addListenerMetrics(registry, { connections: () => ({ accepted: 0, open: 0 }) })
      }),
    ),
    'rate-limiter': tableOf(registryWith((registry) => void new LimiterMetrics(registry))),
    'log-service': tableOf(registryWith((registry) => void new LogMetrics(registry))),
    client: tableOf(
      registryWith((registry) => {
        new CallMetrics(registry, 'client')
        addConnectionMetrics(registry)
      }),
    ),
  }
}

/** Nothing is read of the control plane until a scrape. */
function ofControlPlane(): Registry {
  const nothing = { nodes: { onEvent: () => () => {} } }
  return createMetrics(nothing as unknown as RoutesOptions).registry
}

function registryWith(add: (registry: OpenMetricsRegistry) => void): OpenMetricsRegistry {
  const registry = createRegistry()
  add(registry)
  return registry
}

function tableOf(registry: Pick<Registry, 'getMetricsAsArray'>): string {
  const rows = registry.getMetricsAsArray().map((metric) => {
    const { name, help } = metric
    const labels = labelsOf(metric).map((label) => `\`${label}\``)
    return `| \`${name}\` | ${typeOf(metric)} | ${labels.join(', ')} | ${help} |`
  })
  return ['| metric | type | labels | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function typeOf(metric: object): string {
  if (metric instanceof Counter) return 'counter'
  if (metric instanceof Gauge) return 'gauge'
  if (metric instanceof Histogram) return 'histogram'
  throw new Error('add the type of this metric to the table')
}

/** prom-client keeps them, and does not declare them. */
function labelsOf(metric: object): readonly string[] {
  return 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : []
}
