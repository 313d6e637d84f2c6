// Alert rules, as data and as the file that Prometheus reads.

import { stringify } from 'yaml'

export interface Alert {
  readonly name: string
  /** PromQL: each series that it gives is an alert. */
  readonly when: string
  /** How long it must hold. `0m`: at once. */
  readonly for: string
  /** `page` wakes somebody, `ticket` waits for the morning. */
  readonly severity: 'page' | 'ticket'
  /** Labels of the series in double braces, as Prometheus writes them. */
  readonly summary: string
  readonly todo: string
}

/** Of the calls of a service that may fail: 99.9 % shall succeed in 30 days. */
const BUDGET = 0.001

/** The share of calls of clients that failed. A caller's own mistakes are not the fault of the service. */
function errors(window: string): string {
  const bad =
    'grpc_code=~"UNKNOWN|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|INTERNAL|UNAVAILABLE|DATA_LOSS|UNIMPLEMENTED"'
  const of = (selector: string) =>
    `sum by (grpc_service) (rate(grpc_client_handled_total{${selector}}[${window}]))`
  return `${of(bad)} / ${of('')}`
}

/** Both windows: the long one says that it matters, the short one that it is still so. */
function burns(factor: number, long: string, short: string): string {
  const limit = Number((factor * BUDGET).toFixed(6))
  return `(${errors(long)}) > ${limit} and (${errors(short)}) > ${limit}`
}

export const ALERTS: readonly Alert[] = [
  {
    name: 'GrpcErrorBudgetBurnsFast',
    // https://sre.google/workbook/alerting-on-slos/: 2 % of the budget of 30 days within an hour.
    when: burns(14.4, '1h', '5m'),
    for: '0m',
    severity: 'page',
    summary: '{{ $value | humanizePercentage }} of the calls of {{ $labels.grpc_service }} fail',
    todo: 'Look at "gRPC: rate, errors, duration": if servers have fewer errors than clients, it happens before them.',
  },
  {
    name: 'GrpcErrorBudgetBurnsSlowly',
    when: burns(6, '6h', '30m'),
    for: '0m',
    severity: 'ticket',
    summary: '{{ $value | humanizePercentage }} of the calls of {{ $labels.grpc_service }} fail',
    todo: 'Look at "gRPC: by method" for the method and the status.',
  },
  {
    name: 'GrpcSlow',
    when: 'histogram_quantile(0.99, sum by (grpc_service, le) (rate(grpc_client_handling_seconds_bucket{grpc_type="unary"}[5m]))) > 1',
    for: '10m',
    severity: 'ticket',
    summary: 'One call of {{ $labels.grpc_service }} in a hundred takes longer than a second',
    todo: 'Compare the latency of clients, proxy and servers; an exemplar leads to a trace.',
  },
  {
    name: 'GrpcServerHangs',
    when: 'sum by (instance, grpc_service) (grpc_server_in_progress{grpc_type="unary"}) > 0 and sum by (instance, grpc_service) (increase(grpc_server_handled_total{grpc_type="unary"}[5m])) == 0',
    for: '5m',
    severity: 'page',
    summary: '{{ $labels.instance }} has calls of {{ $labels.grpc_service }} in progress, and answers none',
    todo: 'Take its stack, then restart it. Give clients deadlines.',
  },
  {
    name: 'EnvoyRejectsCalls',
    when: 'sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_pending_overflow[5m])) + sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_active_overflow[5m])) > 0',
    for: '2m',
    severity: 'page',
    summary: 'The circuit breaker of {{ $labels.envoy_cluster_name }} rejects calls',
    todo: 'The upstream is slow, or its limits are too low: look at "gRPC: connections and pools".',
  },
  {
    name: 'EnvoyCallsWait',
    when: 'sum by (envoy_cluster_name) (envoy_cluster_upstream_rq_pending_active) > 0',
    for: '5m',
    severity: 'ticket',
    summary: 'Calls to {{ $labels.envoy_cluster_name }} wait for a connection',
    todo: 'Raise the connections of its circuit breaker or the streams of a connection, or add endpoints.',
  },
  {
    name: 'EnvoyCannotConnect',
    when: 'sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_cx_connect_fail[5m])) / sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_cx_total[5m])) > 0.1',
    for: '5m',
    severity: 'page',
    summary:
      '{{ $value | humanizePercentage }} of the connections to {{ $labels.envoy_cluster_name }} cannot be made',
    todo: 'An endpoint is gone: `yard status` and health checks show which one.',
  },
  {
    name: 'SwitchyardNack',
    when: 'sum by (fleet, type) (increase(switchyard_xds_nacks_total[5m])) > 0',
    for: '0m',
    severity: 'ticket',
    summary: 'A node of {{ $labels.fleet }} rejected a {{ $labels.type }}',
    todo: '`yard history` shows the revision, `yard status` the text of the node.',
  },
  {
    name: 'SwitchyardNodeOutOfDate',
    when: 'sum by (fleet, state) (switchyard_nodes{state=~"STALE|NACKED"}) > 0',
    for: '5m',
    severity: 'page',
    summary: '{{ $value }} nodes of {{ $labels.fleet }} are {{ $labels.state }}',
    todo: '`yard status` names them. A node that stays STALE does not answer: look at its log.',
  },
  {
    name: 'SwitchyardNodeGone',
    when: 'sum by (fleet) (switchyard_nodes{state="DISCONNECTED"}) > 0',
    for: '10m',
    severity: 'ticket',
    summary: '{{ $value }} nodes of {{ $labels.fleet }} are disconnected',
    todo: 'They serve what they have, and get no changes. Those that were removed are forgotten when the control plane restarts.',
  },
  {
    name: 'SwitchyardAcksSlow',
    when: 'histogram_quantile(0.99, sum by (type, le) (rate(switchyard_xds_ack_duration_seconds_bucket[10m]))) > 5',
    for: '0m',
    severity: 'ticket',
    summary: 'ACKs of {{ $labels.type }} take longer than 5 s',
    todo: 'Envoy warms clusters and listeners before it ACKs those that need them, or its main thread is busy.',
  },
  {
    name: 'SwitchyardRolloutHangs',
    when: 'max(switchyard_revision) - max(switchyard_revision_accepted) > 0',
    for: '10m',
    severity: 'ticket',
    summary: 'The revision in force is not accepted yet',
    todo: 'A node has not answered: `yard status` names it.',
  },
  {
    name: 'TargetDown',
    when: 'up == 0',
    for: '2m',
    severity: 'page',
    summary: 'Prometheus cannot scrape {{ $labels.job }} {{ $labels.instance }}',
    todo: 'It has ended, or its token or address has changed. A control plane that is down leaves Envoys as they are.',
  },
]

/** The file that `rule_files` of Prometheus names. */
export function toRulesFile(alerts: readonly Alert[]): string {
  const rules = alerts.map(({ name, when, for: duration, severity, summary, todo }) => ({
    alert: name,
    expr: when,
    for: duration,
    labels: { severity },
    annotations: { summary, todo },
  }))
  return stringify({ groups: [{ name: 'switchyard', rules }] }, { lineWidth: 0 })
}
