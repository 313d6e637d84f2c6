// `yard status --csds`: what each gRPC client has, beside what it is served. test/envoy/effective.test.ts has it for Envoys.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { type Served, surveyEffective } from '../../cli/effective/survey-effective.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { createGrpcBootstrap } from '../../envoy-bootstrap/grpc-bootstrap.ts'
import { startBackend } from '../../services/backend-server.ts'
import type { GrpcLanguage } from '../../testbed/grpc-programs/grpc-program.ts'
import { requireLanguage, startClient } from '../support/grpc-client.ts'
import { runYard } from '../support/yard-process.ts'

const LANGUAGES: readonly GrpcLanguage[] = ['node', 'python', 'go', 'java']
const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'

/** A control plane with a fleet of gRPC clients, and one of them that has called. */
async function start(t: Test, language: GrpcLanguage) {
  const backend = await startBackend({ id: 'b1', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
  t.teardown(() => backend.close())
  const { address } = backend
  const config = validateConfig({
    version: 1,
    upstreams: { echo: { endpoints: { b1: { address } } } },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    fleets: {
      clients: {
        kind: 'proxyless',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { echo: { l7: { routes: ['all'] } } },
      },
    },
  })
  const controlPlane = await startControlPlane({ config, admin: '127.0.0.1:0', xds: '127.0.0.1:0' })
  t.teardown(() => controlPlane.close())
  const { config: bootstrap } = createGrpcBootstrap({
    client: language,
    nodeId: 'client-1',
    cluster: 'clients',
    xds: [{ address: controlPlane.xdsAddress }],
  })
  const client = await startClient(t, { language, target: 'xds:///echo', bootstrap })
  t.match(await client.calls(1), { backends: { b1: 1 } })
  const rest = new RestClient({ url: controlPlane.adminUrl })
  return { rest, adminUrl: controlPlane.adminUrl, csds: client.admin ?? '' }
}

for (const language of LANGUAGES) {
  t.test(`P22: X41: ${language} has what it is served, and says so by CSDS`, async (t) => {
    if (!requireLanguage(t, language)) return
    const { rest: client, adminUrl, csds } = await start(t, language)
    t.ok(csds, 'it serves CSDS')
    const { nodes, problems } = await surveyEffective(client, { envoys: [], csds: [csds] })
    t.same(problems, [])
    const [node] = nodes.filter(({ resources }) => resources.length > 0)
    t.match(node, { node: 'client-1', fleet: 'clients', source: csds })
    t.strictSame(
      node?.resources.map(({ typeUrl, name, finding }) => `${typeUrl.split('.').at(-1)} ${name} ${finding}`),
      [
        'Cluster echo same',
        'ClusterLoadAssignment echo same',
        'Listener echo same',
        'RouteConfiguration echo same',
      ],
    )
    const printed = await runYard(t, join(t.testdirName), 'status', '--csds', csds, '--admin', adminUrl)
    t.match(printed, { code: 0, stdout: /client-1.* +clients +.* +4 of 4/ })

    // The twin: the control plane says that it serves another cluster.
    const other: Served = {
      getStatus: () => client.getStatus(),
      async getSnapshot(...args) {
        const { [CLUSTER]: clusters, ...rest } = await client.getSnapshot(...args)
        const echo = { ...(clusters?.resources.echo as object), connectTimeout: '77s' }
        return { ...rest, [CLUSTER]: { version: '', resources: { echo } } }
      },
    }
    const differing = await surveyEffective(other, { envoys: [], csds: [csds] })
    const cluster = differing.nodes
      .flatMap(({ resources }) => resources)
      .find(({ typeUrl }) => typeUrl === CLUSTER)
    t.match(cluster, { finding: 'differs', differences: [{ path: 'connectTimeout', served: '77s' }] })
  })
}

t.test('P22: an address without CSDS, and a fleet that nobody knows, are said', async (t) => {
  const { rest, adminUrl } = await start(t, 'node')
  const { problems } = await surveyEffective(rest, { envoys: [], csds: ['127.0.0.1:1'] })
  t.match(problems, [{ source: '127.0.0.1:1', message: /does not answer CSDS.*admin services of gRPC/s }])
  const printed = await runYard(t, t.testdirName, 'status', '--csds', '127.0.0.1:1', '--admin', adminUrl)
  t.match(printed, { code: 1, stdout: /127\.0\.0\.1:1 does not answer CSDS/ })
  const nobody = await runYard(t, t.testdirName, 'status', '--effective', '--admin', adminUrl)
  t.match(nobody, { code: 2, output: /name nodes with --csds HOST:PORT or --envoy-admin unix:\/PATH/ })
})

t.test('P22: a program that has not dialed an xDS target is said to have no xDS client', async (t) => {
  const { rest } = await start(t, 'node')
  const { admin = '' } = await startClient(t, {
    language: 'node',
    name: 'plain',
    target: 'dns:///127.0.0.1:1',
  })
  const { nodes, problems } = await surveyEffective(rest, { envoys: [], csds: [admin] })
  t.same(nodes, [])
  t.match(problems, [{ source: admin, message: /has no xDS client: it makes one when it dials/ }])
})
