// Real answers of every operation, with every outcome, checked against the schemas of `api/`.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { decodeEvents } from '../../api/event-stream.ts'
import { NODE_STATES } from '../../api/node-state.ts'
import { ANSWERS } from '../../api/schemas/answers.ts'
import { AnsweringNode } from '../../test/support/answering-node.ts'
import { selfSignedCertificate, writeCertificate } from '../../test/support/certificates.ts'
import { serveFixedPrometheus } from '../../test/support/fixed-prometheus.ts'
import { serveFixedTestbed } from '../../test/support/fixed-testbed.ts'
import {
  clusterStats,
  endpointStats,
  LoadClient,
  localityStats,
  reportOf,
} from '../../test/support/load-client.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { StatsClient } from '../../test/support/stats-client.ts'
import { describeAnswer } from '../../test/support/strict-schemas.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { connectTo, nodeOf } from '../../test/support/xds-client.ts'
import { LISTENER } from '../../xds-server/index.ts'
import { SYNC_STATES } from '../../xds-server/nodes/status.ts'
import { Tokens } from '../access/tokens.ts'
import { startControlPlane } from '../control-plane.ts'
import { PanelReader } from '../dashboards/panel-reader.ts'
import { PrometheusLink } from '../dashboards/prometheus-link.ts'

const L7 = { mode: 'l7', policy: 'round_robin' } as const
const lbOf = (policy: string) => ({ fleets: { edge: { lb: { mode: 'l7', policy } } } })
const documentWith = (policy: string, mode = 'l7') =>
  sampleWith({ 'fleets.edge.lb': { mode, policy }, 'fleets.edge.onNack': 'rollback' })

/** A client of a served fleet that records which answers came, each checked against its schema. */
async function start(t: Test) {
  const initial = sampleWith({
    'fleets.edge.onNack': 'rollback',
    'upstreams.echo.endpointsFrom': { registration: {} },
  })
  const fleet = await serveFleet(t, initial, {
    testbed: await serveFixedTestbed(t),
    dashboards: new PanelReader(new PrometheusLink((await serveFixedPrometheus(t)).url)),
    tokens: await Tokens.open(join(testFolder(t), 'tokens.json')),
  })
  const seen = new Set<string>()
  const inject: typeof globalThis.fetch = async (url, init = {}) => {
    const { pathname, search } = new URL(String(url))
    const { method = 'GET', headers = {}, body } = init
    const answer = await fleet.admin.inject({
      method: method as 'GET',
      url: pathname + search,
      headers: headers as Record<string, string>,
      ...(typeof body === 'string' && { payload: body }),
      // A stream of events has no end.
      ...(pathname === '/v1/events' && { payloadAsStream: true as const }),
    })
    if (pathname === '/v1/events') {
      seen.add(describeAnswer(method, pathname, answer.statusCode, ''))
      return new Response(Readable.toWeb(answer.stream()) as ReadableStream)
    }
    const isEmpty = answer.body === ''
    seen.add(describeAnswer(method, pathname, answer.statusCode, isEmpty ? null : answer.json()))
    return new Response(isEmpty ? null : answer.body, {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
    })
  }
  return { ...fleet, seen, inject, rest: new RestClient({ url: 'http://admin', fetch: inject }) }
}

/** Every answer that has a schema of its own. */
const DOCUMENTED = Object.entries(ANSWERS).flatMap(([id, answers]) =>
  Object.keys(answers).map((status) => `${id} ${status}`),
)

t.test('the answers of all operations fit their schemas, with every outcome', async (t) => {
  const { rest, inject, seen, xds, cache, connectNode, loadReports, traffic } = await start(t)
  for (const path of ['/v1/config', '/v1/fleets/edge/lb']) {
    await inject(`http://admin${path}`, { headers: { 'if-none-match': '*' } })
  }
  await rest.getHealth()
  await rest.getReadiness()
  const { url } = await rest.createLoginLink({ role: 'viewer' })
  await rest.createSession(url.split('#login=')[1] ?? '')
  t.same(
    await rest.getSession(),
    { name: 'rest', role: 'operator' },
    'without tokens everybody is an operator',
  )
  await rest.deleteSession()
  await rest.createToken({ name: 'ci', role: 'operator', fleets: ['edge'] })
  t.match(await rest.listTokens(), { tokens: [{ name: 'admin' }, { name: 'ci', createdBy: 'rest' }, {}, {}] })
  await rest.deleteToken('ci')
  const address = '127.0.0.1:7109'
  t.match(await rest.putEndpoint('echo', 'b9', { address, lease: '1h' }), { lease: '3600s', served: true })
  t.match(await rest.putEndpoint('echo', 'b9', { address }), { lease: '30s', served: true })
  t.match((await rest.listEndpoints('echo')).endpoints.at(-1), { id: 'b9', from: 'registration', address })
  t.match((await rest.getStatus()).endpoints, { echo: { source: 'registration', endpoints: 1 } })
  await rest.deleteEndpoint('echo', 'b9')
  // No node is connected: 202.
  await rest.putLb('edge', L7, { wait: '1s' })
  await rest.putConfig(documentWith('random'), { wait: false })
  const { config, etag } = await rest.getConfig()
  t.match(config, documentWith('random'))
  await rest.patchConfig(lbOf('round_robin'), { wait: '1s', etag })
  await rest.waitForRevision(1, { wait: '1s' })

  await rest.getProgress(2)
  await rest.getTestbedLoad()
  const setting = { running: true, connections: 2, callsPerSecond: 10 }
  t.match(await rest.putTestbedLoad(setting), setting)
  const [dashboard] = (await rest.listDashboards()).dashboards
  const values = await rest.getPanel(dashboard?.id ?? '', dashboard?.panels[1]?.id ?? '', { minutes: 5 })
  t.match(values.series, [{ legend: 'OK', labels: { grpc_code: 'OK' } }])
  t.equal(values.series[0]?.points.at(-1), 7)
  const events = await inject('http://admin/v1/events')
  for await (const { name, data } of decodeEvents(events.body ?? new ReadableStream())) {
    t.match({ name, data }, { name: 'hello', data: { revision: 4 } })
    break
  }

  // A node ACKs: 200.
  const node = await connectNode('node-1')
  await rest.putLb('edge', { mode: 'l7', policy: 'random' })
  await rest.putConfig(documentWith('round_robin'))
  await rest.patchConfig(lbOf('random'))
  await rest.waitForRevision(1)
  await rest.getRevision(1)
  t.match(await rest.getLb('edge'), { mode: 'l7', policy: 'random' })
  t.ok((await rest.getSnapshot('edge'))[LISTENER]?.version)

  // It reports its calls.
  const load = new LoadClient(connectTo(t, xds.address))
  load.send({ node: nodeOf('node-1', 'edge') })
  const metric = { metricName: 'cpu_utilization', numRequestsFinishedWithMetric: 1n, totalMetricValue: 0.5 }
  const called = { ...endpointStats(7101, { started: 3, ok: 2 }), loadMetricStats: [metric] }
  const reported = reportOf(loadReports)
  load.report({
    ...clusterStats('echo', localityStats('a', { started: 4, ok: 2 }, called)),
    totalDroppedRequests: 1n,
    droppedRequests: [{ category: 'overload', droppedCount: 1n }],
  })
  await reported
  t.match(await rest.getLoad({ fleet: 'edge' }), { upstreams: [{ upstream: 'echo', calls: { started: 4 } }] })

  // It pushes its stats.
  const stats = new StatsClient(connectTo(t, xds.address))
  const sampled = new Promise((resolve) => traffic.onSample(resolve))
  stats.introduce('node-1', 'edge')
  stats.push({ takenAt: 1_000, calls: 0 })
  stats.push({ takenAt: 2_000, calls: 3 })
  await sampled
  t.match(await rest.getTraffic({ fleet: 'edge', minutes: 5 }), { samples: [{ calls: 3, seconds: 1 }] })

  // It NACKs: 409.
  const nack = { code: 'nacked', cause: { outcome: 'nacked' } }
  node.answer = ({ typeUrl }) => (typeUrl === LISTENER ? { nack: 'no such filter' } : 'ack')
  await t.rejects(rest.putLb('edge', { mode: 'l4' }), nack)
  await t.rejects(rest.putConfig(documentWith('random', 'l4')), nack)
  await t.rejects(rest.patchConfig({ fleets: { edge: { lb: { mode: 'l4' } } } }), nack)
  const { revisions } = await rest.listRevisions()
  const rolledBack = revisions.find(({ status }) => status === 'rolled_back')
  await t.rejects(rest.waitForRevision(rolledBack?.revision ?? 0), nack)
  t.match(await rest.getStatus(), { rejectedRevision: { status: 'rolled_back' } })
  await t.rejects(rest.patchConfig({ fleets: { edge: { onNack: 'hold', lb: { mode: 'l4' } } } }), nack)
  t.match((await rest.getStatus()).nacks, [{ path: /^fleets\.edge/ }], 'a NACK in force is shown')
  node.answer = () => 'ack'
  await rest.patchConfig(lbOf('round_robin'))

  // It is silent: 504. A node that connects meanwhile is pinned.
  node.answer = () => 'silence'
  const pending = { code: 'pending', cause: { outcome: 'pending' } }
  await t.rejects(rest.putLb('edge', { mode: 'l4' }, { wait: '20ms' }), pending)
  await t.rejects(rest.putConfig(documentWith('random'), { wait: '20ms' }), pending)
  await t.rejects(rest.patchConfig(lbOf('round_robin'), { wait: '20ms' }), pending)
  await t.rejects(rest.waitForRevision(revisions.length + 4, { wait: '20ms' }), pending)
  const synced = new Promise<void>((resolve) => {
    const stop = cache.onEvent((event) => {
      if (event.kind !== 'acked' || event.node !== 'node-2') return
      stop()
      resolve()
    })
  })
  new AnsweringNode(t, xds.address, { id: 'node-2', cluster: 'edge' })
  await synced
  t.match((await rest.getStatus()).nodes, [{ id: 'node-1' }, { id: 'node-2', pinned: true }])
  t.match(await rest.deleteStreams('edge', 'node-2'), { fleet: 'edge', node: 'node-2', streams: 1 })

  t.same([...seen].sort(), DOCUMENTED.toSorted())
})

t.test('what is rejected is answered with a problem document', async (t) => {
  const { rest, seen } = await start(t)
  await t.rejects(rest.getLb('west'), { code: 'not-found' })
  await t.rejects(rest.getRevision(9), { code: 'not-found' })
  await t.rejects(rest.putEndpoint('west', 'b9', { address: '127.0.0.1:7109' }), { code: 'not-found' })
  await t.rejects(rest.patchConfig({ fleets: null }), { code: 'invalid-config' })
  await t.rejects(rest.patchConfig({}, { etag: '"1-old"' }), { code: 'stale-etag' })
  await t.rejects(rest.patchConfig({}, { wait: '6m' }), { code: 'invalid-argument' })
  await t.rejects(rest.patchConfig({}, { wait: '99999999999s' }), { code: 'invalid-argument' })
  await t.rejects(rest.createSession('guess'), { code: 'unauthenticated' })
  await t.rejects(rest.createLoginLink({ role: 'admin' as 'viewer' }), { code: 'invalid-argument' })
  t.same([...seen].sort(), [
    'createLoginLink 400',
    'createSession 401',
    'getLb 404',
    'getRevision 404',
    'patchConfig 400',
    'patchConfig 412',
    'patchConfig 422',
    'putEndpoint 404',
  ])
})

t.test('the status of a secret fits its schema', async (t) => {
  // The path of a Unix socket is short, and a test's own folder is long.
  const folder = await mkdtemp(join(tmpdir(), 'yard-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeCertificate(folder, 'edge', await selfSignedCertificate())
  const config = sampleWith({
    'secrets.edge': { certificate: 'edge.pem', key: 'edge.key' },
    'fleets.edge.listeners.main.tls': { enabled: true, certificate: 'edge' },
  })
  const { adminUrl, close } = await startControlPlane({
    config,
    admin: '127.0.0.1:0',
    xds: `unix:${join(folder, 'xds.sock')}`,
    secretsFolder: folder,
  })
  t.teardown(close)
  const status = await new RestClient({ url: adminUrl }).getStatus()
  t.match(status.secrets, { edge: { notAfter: /^20/, problems: [] } })
  t.equal(describeAnswer('GET', '/v1/status', 200, status), 'getStatus 200')
})

t.test('REST has the node states of the xDS server, and no others', async (t) => {
  t.same(NODE_STATES, SYNC_STATES)
})
