// For each alert: series that raise it, and a twin that is as near as can be and does not.

export interface AlertCase {
  readonly alert: string
  /** What happens. */
  readonly title: string
  /** By series, in the notation of promtool: `0+10x30` begins at 0 and grows by 10 in each of 30 minutes. */
  readonly series: Readonly<Record<string, string>>
  /** Minutes after which Prometheus is asked. */
  readonly after: number
  /** The alert, with its labels and its summary. Undefined: none is raised. */
  readonly raises?: { readonly labels: Readonly<Record<string, string>>; readonly summary: string }
}

const SHOP = 'grpc_service="shop.v1.Orders"'
const handled = (code: string) => `grpc_client_handled_total{${SHOP},grpc_code="${code}"}`
const bucket = (le: string) => `grpc_client_handling_seconds_bucket{${SHOP},grpc_type="unary",le="${le}"}`
const progress = `grpc_server_in_progress{instance="b1",${SHOP},grpc_type="unary"}`
const served = `grpc_server_handled_total{instance="b1",${SHOP},grpc_type="unary",grpc_code="OK"}`
const envoy = (name: string) => `envoy_cluster_${name}{envoy_cluster_name="echo"}`
const nacks = 'switchyard_xds_nacks_total{fleet="edge",type="Listener"}'
const nodes = (state: string) => `switchyard_nodes{fleet="edge",state="${state}"}`
const ack = (le: string) =>
  `switchyard_xds_ack_duration_seconds_bucket{fleet="edge",type="Cluster",le="${le}"}`

const service = { grpc_service: 'shop.v1.Orders' }
const upstream = { envoy_cluster_name: 'echo' }

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'GrpcErrorBudgetBurnsFast',
    title: '2 % of the calls fail for an hour',
    series: { [handled('OK')]: '0+98x60', [handled('UNAVAILABLE')]: '0+2x60' },
    after: 60,
    raises: { labels: service, summary: '2% of the calls of shop.v1.Orders fail' },
  },
  {
    alert: 'GrpcErrorBudgetBurnsFast',
    title: '1 % of the calls fail for an hour',
    series: { [handled('OK')]: '0+99x60', [handled('UNAVAILABLE')]: '0+1x60' },
    after: 60,
  },
  {
    alert: 'GrpcErrorBudgetBurnsFast',
    title: 'it is over since 6 minutes',
    series: { [handled('OK')]: '0+98x60', [handled('UNAVAILABLE')]: '0+2x54 108x6' },
    after: 60,
  },
  {
    alert: 'GrpcErrorBudgetBurnsFast',
    title: 'callers make mistakes',
    series: { [handled('OK')]: '0+50x60', [handled('INVALID_ARGUMENT')]: '0+50x60' },
    after: 60,
  },
  {
    alert: 'GrpcErrorBudgetBurnsSlowly',
    title: '1 % of the calls fail for six hours',
    series: { [handled('OK')]: '0+99x360', [handled('UNAVAILABLE')]: '0+1x360' },
    after: 360,
    raises: { labels: service, summary: '1% of the calls of shop.v1.Orders fail' },
  },
  {
    alert: 'GrpcErrorBudgetBurnsSlowly',
    title: 'one call in 200 fails for six hours',
    series: { [handled('OK')]: '0+199x360', [handled('UNAVAILABLE')]: '0+1x360' },
    after: 360,
  },
  {
    alert: 'GrpcSlow',
    title: '2 of 100 calls take 2 s',
    series: { [bucket('1')]: '0+98x20', [bucket('2.5')]: '0+100x20', [bucket('+Inf')]: '0+100x20' },
    after: 16,
    raises: {
      labels: service,
      summary: 'One call of shop.v1.Orders in a hundred takes longer than a second',
    },
  },
  {
    alert: 'GrpcSlow',
    title: 'only one of 200 does',
    series: { [bucket('1')]: '0+199x20', [bucket('2.5')]: '0+200x20', [bucket('+Inf')]: '0+200x20' },
    after: 16,
  },
  {
    alert: 'GrpcServerHangs',
    title: 'calls are in progress, and none ends',
    series: { [progress]: '3x20', [served]: '100x20' },
    after: 12,
    raises: {
      labels: { instance: 'b1', ...service },
      summary: 'b1 has calls of shop.v1.Orders in progress, and answers none',
    },
  },
  {
    alert: 'GrpcServerHangs',
    title: 'one ends now and then',
    series: { [progress]: '3x20', [served]: '100+1x20' },
    after: 12,
  },
  {
    alert: 'EnvoyRejectsCalls',
    title: 'calls overflow',
    series: {
      [envoy('upstream_rq_pending_overflow')]: '0+5x10',
      [envoy('upstream_rq_active_overflow')]: '0x10',
    },
    after: 8,
    raises: { labels: upstream, summary: 'The circuit breaker of echo rejects calls' },
  },
  {
    alert: 'EnvoyRejectsCalls',
    title: 'none does any more',
    series: {
      [envoy('upstream_rq_pending_overflow')]: '5x10',
      [envoy('upstream_rq_active_overflow')]: '7x10',
    },
    after: 8,
  },
  {
    alert: 'EnvoyCallsWait',
    title: 'calls are pending for minutes',
    series: { [envoy('upstream_rq_pending_active')]: '4x10' },
    after: 6,
    raises: { labels: upstream, summary: 'Calls to echo wait for a connection' },
  },
  {
    alert: 'EnvoyCallsWait',
    title: 'none is for a moment',
    series: { [envoy('upstream_rq_pending_active')]: '4 4 4 0 4 4 4' },
    after: 6,
  },
  {
    alert: 'EnvoyCannotConnect',
    title: 'one connection in four fails',
    series: { [envoy('upstream_cx_connect_fail')]: '0+1x20', [envoy('upstream_cx_total')]: '0+4x20' },
    after: 12,
    raises: { labels: upstream, summary: '25% of the connections to echo cannot be made' },
  },
  {
    alert: 'EnvoyCannotConnect',
    title: 'one in twenty does',
    series: { [envoy('upstream_cx_connect_fail')]: '0+1x20', [envoy('upstream_cx_total')]: '0+20x20' },
    after: 12,
  },
  {
    alert: 'SwitchyardNack',
    title: 'a node rejects one response',
    series: { [nacks]: '0 0 1 1 1' },
    after: 3,
    raises: { labels: { fleet: 'edge', type: 'Listener' }, summary: 'A node of edge rejected a Listener' },
  },
  { alert: 'SwitchyardNack', title: 'that was before', series: { [nacks]: '1x20' }, after: 10 },
  {
    alert: 'SwitchyardNodeOutOfDate',
    title: 'two nodes are STALE for minutes',
    series: { [nodes('STALE')]: '2x10', [nodes('SYNCED')]: '1x10' },
    after: 6,
    raises: { labels: { fleet: 'edge', state: 'STALE' }, summary: '2 nodes of edge are STALE' },
  },
  {
    alert: 'SwitchyardNodeOutOfDate',
    title: 'they catch up',
    series: { [nodes('STALE')]: '2 2 0 0 2 2 0', [nodes('SYNCED')]: '1x10' },
    after: 6,
  },
  {
    alert: 'SwitchyardNodeGone',
    title: 'a node is disconnected for long',
    series: { [nodes('DISCONNECTED')]: '1x15' },
    after: 12,
    raises: { labels: { fleet: 'edge' }, summary: '1 nodes of edge are disconnected' },
  },
  {
    alert: 'SwitchyardNodeGone',
    title: 'it comes back',
    series: { [nodes('DISCONNECTED')]: '1x8 0x8' },
    after: 12,
  },
  {
    alert: 'SwitchyardAcksSlow',
    title: 'ACKs take up to 10 s',
    series: { [ack('5')]: '0+8x15', [ack('10')]: '0+10x15', [ack('+Inf')]: '0+10x15' },
    after: 12,
    raises: { labels: { type: 'Cluster' }, summary: 'ACKs of Cluster take longer than 5 s' },
  },
  {
    alert: 'SwitchyardAcksSlow',
    title: 'all are faster',
    series: { [ack('5')]: '0+10x15', [ack('10')]: '0+10x15', [ack('+Inf')]: '0+10x15' },
    after: 12,
  },
  {
    alert: 'SwitchyardRolloutHangs',
    title: 'a revision is not accepted for long',
    series: { switchyard_revision: '7x15', switchyard_revision_accepted: '6x15' },
    after: 12,
    raises: { labels: {}, summary: 'The revision in force is not accepted yet' },
  },
  {
    alert: 'SwitchyardRolloutHangs',
    title: 'it is, after a while',
    series: { switchyard_revision: '7x15', switchyard_revision_accepted: '6x8 7x7' },
    after: 12,
  },
  {
    alert: 'TargetDown',
    title: 'a scrape fails for minutes',
    series: { 'up{job="control-plane",instance="a"}': '0x5' },
    after: 3,
    raises: {
      labels: { job: 'control-plane', instance: 'a' },
      summary: 'Prometheus cannot scrape control-plane a',
    },
  },
  {
    alert: 'TargetDown',
    title: 'one scrape fails',
    series: { 'up{job="control-plane",instance="a"}': '1 0 1 1 1' },
    after: 3,
  },
]
