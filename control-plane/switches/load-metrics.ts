// Which of the metrics that backends report with their answers (ORCA) are part of load reports (LRS).

import { Type } from 'typebox'
import { upstreamSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/** Each is a label of Envoy's statistics of the endpoint, so a bound costs nobody anything. */
export const MAX_METRICS = 100

/** The name of a metric in a report. @param envoy the field of Envoy that has it */
export function LoadMetric(envoy: string) {
  return Type.String({
    pattern: '^((cpu|mem|application)_utilization|named_metrics\\.(\\*|[^*]{1,255}))$',
    description:
      'cpu_utilization, mem_utilization, application_utilization, named_metrics.NAME or named_metrics.*',
    ...facts({ envoy, example: 'cpu_utilization' }),
  })
}

/**
 * `loadMetrics` of an upstream. Off by default: reading them costs Envoy a look at the trailers of each call. `named_metrics.*`
 * takes what a backend names, so use it for backends that you trust.
 * https://github.com/grpc/proposal/blob/master/A85-lrs-custom-metrics-changes.md
 */
export const loadMetrics = upstreamSwitch({
  field: 'loadMetrics',
  schema: Type.Array(LoadMetric('Cluster.lrs_report_endpoint_metrics'), {
    maxItems: MAX_METRICS,
    uniqueItems: true,
    description: 'a list of metrics such as [cpu_utilization, named_metrics.queue]',
    ...facts({
      envoy: 'Cluster.lrs_report_endpoint_metrics',
      example: ['cpu_utilization', 'named_metrics.queue'],
    }),
  }),
  appliesTo: ['envoy', 'proxyless'],
  grpcClients: ['cpp', 'go', 'java', 'python'],
  toCluster: (metrics) => ({ lrsReportEndpointMetrics: [...metrics] }),
})
