// The relabeling knows each status of gRPC by its number.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import { ENVOY_STATUSES, envoyRelabeling } from './envoy-statuses.ts'

t.test('statuses have the numbers of gRPC', async (t) => {
  t.strictSame(
    GRPC_STATUS_NAMES.map((name) => status[name]),
    GRPC_STATUS_NAMES.map((_, number) => number),
  )
  t.equal(status[GRPC_STATUS_NAMES.length], undefined, 'there is no other')
})

/** What Prometheus does: expressions match whole names, one rule after the other. */
function relabel(name: string): Record<string, string> {
  const labels: Record<string, string> = { __name__: name }
  for (const { regex, target_label: target, replacement } of envoyRelabeling()) {
    if (new RegExp(`^(?:${regex})$`).test(labels.__name__ ?? '')) labels[target] = replacement
  }
  return labels
}

t.test('the number of a status becomes its label, and other names stay', async (t) => {
  t.strictSame(relabel('envoy_cluster_grpc_14'), { __name__: ENVOY_STATUSES, grpc_code: 'UNAVAILABLE' })
  t.strictSame(relabel('envoy_cluster_grpc_1'), { __name__: ENVOY_STATUSES, grpc_code: 'CANCELLED' })
  for (const name of [
    'envoy_cluster_grpc_total',
    'envoy_cluster_grpc_1_more',
    'envoy_cluster_upstream_rq_1',
  ]) {
    t.strictSame(relabel(name), { __name__: name })
  }
})
