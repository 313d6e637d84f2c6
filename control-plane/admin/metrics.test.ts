// The metrics: what they count, and that clients cannot create series.

import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { LISTENER } from '../../xds-server/index.ts'
import { createMetrics } from './metrics.ts'

t.test('streams, nodes, ACKs, NACKs, pushes, revisions and REST calls are counted', async (t) => {
  const { admin, connectNode, putLb } = await serveFleet(t)
  const node = await connectNode('node-1')
  await putLb({ mode: 'l4', policy: 'random' }, '?wait=30s')
  node.answer = ({ typeUrl }) => (typeUrl === LISTENER ? { nack: 'no' } : 'ack')
  await putLb({ mode: 'l7' }, '?wait=30s')
  const { headers, body } = await admin.inject('/metrics')
  t.match(headers['content-type'], /^text\/plain/)
  for (const line of [
    /^switchyard_xds_streams 1$/m,
    /^switchyard_nodes\{fleet="edge",state="DISCONNECTED"\} 0$/m,
    /^switchyard_xds_pushes_total\{fleet="edge",type="Cluster"\} [1-9]/m,
    /^switchyard_xds_acks_total\{fleet="edge",type="Cluster"\} [1-9]/m,
    /^switchyard_xds_nacks_total\{fleet="edge",type="Listener"\} 1$/m,
    /^switchyard_xds_nacks_total\{fleet="edge",type="Secret"\} 0$/m,
    /^switchyard_xds_ack_duration_seconds_count\{fleet="edge",type="Cluster"\} [1-9]/m,
    /^switchyard_xds_ack_duration_seconds_bucket\{le="\+Inf",fleet="edge",type="Listener"\} [1-9]/m,
    /^switchyard_revision 4$/m,
    /^switchyard_revision_accepted 4$/m,
    /^switchyard_rest_request_duration_seconds_count\{method="PUT",route="\/v1\/fleets\/:fleet\/lb",status="409"\} 1$/m,
  ]) {
    t.match(body, line)
  }
})

t.test('bytes of access logs that were not read are counted', async (t) => {
  const logs = { skippedBytes: 0 }
  const nothing = { logs, nodes: { onEvent: () => () => {} }, state: { config: { fleets: {} }, head: {} } }
  const { registry } = createMetrics(nothing as unknown as Parameters<typeof createMetrics>[0])
  const scrape = () => registry.getSingleMetricAsString('switchyard_access_log_skipped_bytes_total')
  t.match(await scrape(), /_total 0$/m)
  logs.skippedBytes = 1_500
  await scrape()
  t.match(await scrape(), /_total 1500$/m)
})

t.test('P23: the load of each backend is counted, with labels that nodes cannot make up', async (t) => {
  const { admin, loads } = await serveFleet(t)
  const none = { ok: 0, errors: 0, inProgress: 0, metrics: new Map() }
  const cpu = new Map([
    ['cpu_utilization', { calls: 2, sum: 1 }],
    ['named_metrics.queue', { calls: 1, sum: 1 }],
  ])
  const endpoints = Array.from({ length: 60 }, (_, index) => ({
    ...none,
    address: `10.0.0.1:${index}`,
    started: 1,
  }))
  const known = { address: '127.0.0.1:7101', started: 7, ok: 4, errors: 1, inProgress: 2, metrics: cpu }
  const localities = Array.from({ length: 60 }, (_, index) => {
    const place = { region: 'r', zone: `z${index}`, subZone: '', priority: 0 }
    return { ...none, ...place, started: 1, endpoints: [] }
  })
  const droppedBy = new Map(Array.from({ length: 60 }, (_, index) => [`c${index}`, 1]))
  loads.take({
    kind: 'reported',
    node: 'node-1',
    group: 'edge',
    stream: { id: 1, peer: '', openedAt: '' },
    clusters: [
      {
        cluster: 'echo',
        serviceName: '',
        intervalMs: 10_000,
        localities: [
          {
            ...known,
            region: '',
            zone: '',
            subZone: '',
            priority: 0,
            started: 67,
            endpoints: [known, ...endpoints],
          },
          ...localities,
        ],
        dropped: 62,
        droppedBy,
      },
    ],
  })
  // Twice: a scrape must not add to the one before.
  await admin.inject('/metrics')
  const { body } = await admin.inject('/metrics')
  const b1 = 'fleet="edge",upstream="echo",locality="",endpoint="b1"'
  for (const line of [
    `switchyard_load_calls_started_total{${b1}} 7`,
    `switchyard_load_calls_started_total{${b1.replace('"b1"', '"other"')}} 60`,
    'switchyard_load_calls_started_total{fleet="edge",upstream="echo",locality="r/z7",endpoint=""} 1',
    `switchyard_load_calls_ended_total{${b1},result="ok"} 4`,
    `switchyard_load_calls_ended_total{${b1},result="error"} 1`,
    `switchyard_load_calls_in_progress{${b1}} 2`,
    `switchyard_load_utilization{${b1},metric="cpu_utilization"} 0.5`,
    'switchyard_load_calls_dropped_total{fleet="edge",upstream="echo",category=""} 2',
    'switchyard_load_calls_dropped_total{fleet="edge",upstream="echo",category="c7"} 1',
    'switchyard_load_calls_dropped_total{fleet="edge",upstream="echo",category="other"} 10',
  ]) {
    t.ok(body.split('\n').includes(line), line)
  }
  const started = body.split('\n').filter((line) => line.startsWith('switchyard_load_calls_started_total{'))
  t.equal(
    started.length,
    54,
    'b1, b2, b3, other addresses, 49 localities beside the empty one, and the others',
  )
  t.notMatch(body, /named_metrics/)
})

t.test('a fleet that is not in the document counts as other', async (t) => {
  const { admin, cache, connectNode } = await serveFleet(t)
  cache.setSnapshot('made-up', [])
  await connectNode('node-1', 'made-up')
  const { body } = await admin.inject('/metrics')
  t.notMatch(body, /made-up/)
  t.match(body, /^switchyard_nodes\{fleet="other",state="SYNCED"\} 1$/m)
})
