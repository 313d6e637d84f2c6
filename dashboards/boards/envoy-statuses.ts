// Envoy's counters of gRPC statuses, whose names end with the number of the status, as one metric with a label.

import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'

/** The metric that dashboards ask for; its label `grpc_code` is written as in the metrics of clients and servers. */
export const ENVOY_STATUSES = 'envoy_cluster_grpc_handled_total'

interface Relabeling {
  readonly source_labels: readonly ['__name__']
  readonly regex: string
  readonly target_label: string
  readonly replacement: string
}

/**
 * `metric_relabel_configs` of a scrape of Envoys. PromQL cannot do it: `rate` drops the names, and then the series are the same.
 */
export function envoyRelabeling(): readonly Relabeling[] {
  const metric = (number: number | string) => `envoy_cluster_grpc_${number}`
  const rule = (regex: string, target: string, replacement: string): Relabeling => ({
    source_labels: ['__name__'],
    regex,
    target_label: target,
    replacement,
  })
  return [
    ...GRPC_STATUS_NAMES.map((status, number) => rule(metric(number), 'grpc_code', status)),
    rule(metric('\\d+'), '__name__', ENVOY_STATUSES),
  ]
}
