// `outlierDetection` with real calls: an endpoint that fails calls gets none for a while, and then again; without it, it fails on.

import { promisify } from 'node:util'
import type { Message } from '@bufbuild/protobuf'
import { isMessage } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { addHealth } from '../../services/health.ts'
import { addService, RpcStatusError } from '../../services/rpc/index.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { connectEcho, type Edge, hostAt, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { socketPath } from '../support/open-backend.ts'
import { requireTool } from '../support/requirements.ts'
import { until } from '../support/until.ts'

const CALLS = 60

/** An endpoint that fails two calls of three, or all, or none. Its health checks pass. */
async function startFailing(t: Test, code = status.UNAVAILABLE) {
  const endpoint = { failed: 'all' as 'all' | 'most' | 'none', address: '' }
  let calls = 0
  const server = new Server()
  addHealth(server, [])
  addService(server, EchoService, {
    unary: async ({ message }) => {
      calls += 1
      const fails = endpoint.failed === 'all' || (endpoint.failed === 'most' && calls % 3 > 0)
      if (fails) throw new RpcStatusError(code, 'out of order')
      return { message, backendId: 'bad' }
    },
  })
  const bind = promisify(server.bindAsync.bind(server))
  endpoint.address = `127.0.0.1:${await bind('127.0.0.1:0', ServerCredentials.createInsecure())}`
  t.teardown(() => server.forceShutdown())
  return endpoint
}

const off = { enabled: false }
/** Short intervals and few calls, so that each interval has enough of them. Ejections are long: a test ends them itself. */
const SETTINGS = {
  enabled: true,
  interval: '500ms',
  baseEjection: '1h',
  maxEjection: '1h',
  consecutive5xx: off,
  consecutiveGateway: off,
  successRate: off,
  failurePercentage: off,
}
const few = { minimumEndpoints: 3, minimumCalls: 5 }
const DETECTORS = {
  consecutive5xx: { failed: 'all', settings: { enabled: true, count: 3 } },
  consecutiveGateway: { failed: 'all', settings: { enabled: true, count: 3 } },
  successRate: { failed: 'most', settings: { enabled: true, deviations: 1, ...few } },
  failurePercentage: { failed: 'most', settings: { enabled: true, threshold: 50, ...few } },
} as const

async function isEjected(edge: Edge, address: string): Promise<boolean> {
  return (await hostAt(edge, address))?.healthStatus?.failedOutlierCheck === true
}

t.test(
  'T7: each detector ejects the endpoint that fails, and without it every third call fails',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const bad = await startFailing(t)
    const endpoints = { ...(await startEndpoints(t, 'b1', 'b2')), bad: { address: bad.address } }
    const served = (outlierDetection: object) => ({ upstreams: { echo: { endpoints, outlierDetection } } })
    const edge = await startEdge(t, served({ ...SETTINGS, enabled: false }))
    const client = connectEcho(t, edge.address)
    const call = async (count: number) => tallyOf(await callEcho(client, { count }))

    for (const [name, { failed, settings }] of Object.entries(DETECTORS)) {
      await t.test(name, async (t) => {
        bad.failed = 'all'
        await edge.serve(served(SETTINGS))
        t.same(
          await call(CALLS),
          { b1: CALLS / 3, b2: CALLS / 3, [FAILED]: CALLS / 3 },
          'without the detector',
        )
        t.notOk(await isEjected(edge, bad.address))

        bad.failed = failed
        await edge.serve(served({ ...SETTINGS, [name]: settings }))
        // Several at a time, so that each interval has enough calls of each endpoint on a busy machine too.
        const many = () => callEcho(client, { count: CALLS, concurrency: 12 })
        while (!(await isEjected(edge, bad.address))) await many()
        while ((await callEcho(client, { count: 6 })).includes(FAILED));
        t.same(await call(CALLS), { b1: CALLS / 2, b2: CALLS / 2 }, 'with it')
      })
    }
  },
)

t.test('T7: `consecutiveGateway` does not count calls that a service has answered', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const bad = await startFailing(t, status.INTERNAL)
  const endpoints = { ...(await startEndpoints(t, 'b1')), bad: { address: bad.address } }
  const served = (detectors: object) => ({
    upstreams: { echo: { endpoints, outlierDetection: { ...SETTINGS, ...detectors } } },
  })
  const edge = await startEdge(t, served({ consecutiveGateway: { enabled: true, count: 3 } }))
  const client = connectEcho(t, edge.address)
  t.same(tallyOf(await callEcho(client, { count: CALLS })), { b1: CALLS / 2, [FAILED]: CALLS / 2 })
  await edge.serve(served({ consecutive5xx: { enabled: true, count: 3 } }))
  while (!(await isEjected(edge, bad.address))) await callEcho(client, { count: 2 })
  t.pass('the twin does')
})

t.test('T7: `localOrigin` counts failed connections, apart from failed calls', async (t) => {
  if (!requireTool(t, 'envoy')) return
  // No process can listen there.
  const dead = { address: `unix:${await socketPath(t)}` }
  const endpoints = { ...(await startEndpoints(t, 'b1')), dead }
  const served = (detectors: object) => ({
    upstreams: { echo: { endpoints, outlierDetection: { ...SETTINGS, ...detectors } } },
  })
  const consecutive5xx = { enabled: true, count: 3 }
  const edge = await startEdge(t, served({ consecutive5xx, localOrigin: { enabled: true, count: 1_000 } }))
  const client = connectEcho(t, edge.address)
  const half = { b1: CALLS / 2, [FAILED]: CALLS / 2 }
  t.same(tallyOf(await callEcho(client, { count: CALLS })), half, 'failed calls do not count them')
  const untilEjected = async () => {
    while ((await callEcho(client, { count: 6 })).includes(FAILED));
  }
  await edge.serve(served({ localOrigin: { enabled: true, count: 3 } }))
  await untilEjected()
  await edge.serve(served({}))
  t.ok((await callEcho(client, { count: 6 })).includes(FAILED), 'no detector is on')
  await edge.serve(served({ consecutive5xx }))
  await untilEjected()
  t.pass('the twin: without the switch they do')
})

const FIRST = { enabled: true, count: 1 }

t.test('T7: an endpoint gets calls again after its ejection', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const bad = await startFailing(t)
  const endpoints = { ...(await startEndpoints(t, 'b1')), bad: { address: bad.address } }
  const outlierDetection = { ...SETTINGS, interval: '50ms', baseEjection: '100ms', consecutive5xx: FIRST }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints, outlierDetection } } })
  const client = connectEcho(t, edge.address)
  while (!(await isEjected(edge, bad.address))) await callEcho(client, { count: 2 })
  bad.failed = 'none'
  await until(async () => !(await isEjected(edge, bad.address)))
  while (!(await callEcho(client, { count: 2 })).includes('bad'));
  t.same(tallyOf(await callEcho(client, { count: 10 })), { b1: 5, bad: 5 })
})

/** The number of health checks that have passed. */
async function passedChecks({ envoy }: Edge): Promise<number> {
  const stats = await envoy.admin.stats('echo.health_check.success')
  return [...stats.values()].reduce((sum, value) => sum + value, 0)
}

t.test('T7: health checks that pass do not end an ejection', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const bad = await startFailing(t)
  const endpoints = { ...(await startEndpoints(t, 'b1')), bad: { address: bad.address } }
  const healthCheck = { enabled: true, interval: '50ms', timeout: '20s' }
  const outlierDetection = { ...SETTINGS, consecutive5xx: FIRST }
  const upstreams = { echo: { endpoints, healthCheck, outlierDetection } }
  const edge = await startEdge(t, { upstreams })
  const client = connectEcho(t, edge.address)
  const eject = async () => {
    while (!(await isEjected(edge, bad.address))) await callEcho(client, { count: 2 })
  }
  await eject()
  const before = await passedChecks(edge)
  await until(async () => (await passedChecks(edge)) >= before + 10)
  t.ok(await isEjected(edge, bad.address))

  const asEnvoyDoes = (resources: readonly Message[]) => {
    for (const one of resources) {
      if (isMessage(one, ClusterSchema) && one.outlierDetection) {
        one.outlierDetection.successfulActiveHealthCheckUnejectHost = true
      }
    }
  }
  await edge.serve({ upstreams, edit: asEnvoyDoes })
  await eject()
  await until(async () => !(await isEjected(edge, bad.address)))
  t.pass("with Envoy's default, one that passes ends it")
})
