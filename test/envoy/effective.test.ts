// `yard status --envoy-admin`: what a real Envoy has, beside what it is served. test/proxyless/effective.test.ts has it for gRPC.

import { once } from 'node:events'
import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { type Served, surveyEffective } from '../../cli/effective/survey-effective.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { freePort } from '../../processes/free-port.ts'
import { startEcho } from '../support/edge.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { testFolder } from '../support/test-folder.ts'
import { runYard } from '../support/yard-with-envoy.ts'

const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'

/** A control plane with one Envoy, which has ACKed its fleet. */
async function start(t: Test, protocol: 'delta' | 'sotw' = 'delta') {
  const { address } = await startEcho(t, 'b1')
  const port = await freePort()
  const config = validateConfig({
    version: 1,
    upstreams: { echo: { endpoints: { b1: { address, weight: 3 } } } },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    fleets: {
      fleet: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port, l4: { upstream: 'echo' }, l7: { routes: ['all'] } } },
      },
    },
  })
  const controlPlane = await startControlPlane({ config, admin: '127.0.0.1:0', xds: '127.0.0.1:0' })
  t.teardown(() => controlPlane.close())
  const rest = new RestClient({ url: controlPlane.adminUrl })
  const envoy = await startEnvoy(t, controlPlane.xdsAddress, protocol)
  await envoy.admin.waitUntilLive()
  const findings = async (served: Served = rest) => {
    const { nodes, problems } = await surveyEffective(served, { envoys: [envoy.admin.url], csds: [] })
    t.same(problems, [])
    return nodes.flatMap(({ resources }) => resources)
  }
  return { rest, envoy, port, findings, adminUrl: controlPlane.adminUrl }
}

const shown = ({ typeUrl, name, finding }: { typeUrl: string; name: string; finding: string }) =>
  `${typeUrl.split('.').at(-1)} ${name} ${finding}`

for (const protocol of ['delta', 'sotw'] as const) {
  t.test(`X41: a real Envoy has what it is served (${protocol})`, async (t) => {
    const { envoy, adminUrl, findings, rest } = await start(t, protocol)
    t.strictSame((await findings()).map(shown), [
      'Cluster echo same',
      'ClusterLoadAssignment echo same',
      'Listener main same',
      'RouteConfiguration main same',
    ])
    const flags = ['--envoy-admin', envoy.admin.url, '--admin', adminUrl]
    t.match(await runYard(t, testFolder(t), 'status', ...flags), {
      code: 0,
      stdout: /edge-1 +fleet .* 4 of 4/,
    })

    // The twin: the control plane says that it serves something else.
    const other: Served = {
      getStatus: () => rest.getStatus(),
      async getSnapshot(...args) {
        const { [CLUSTER]: clusters, ...served } = await rest.getSnapshot(...args)
        const echo = { ...(clusters?.resources.echo as object), connectTimeout: '77s' }
        const b = { name: 'b' }
        return { ...served, [CLUSTER]: { version: '', resources: { echo, b } } }
      },
    }
    const [b, echo] = await findings(other)
    t.match(b, { name: 'b', finding: 'missing' })
    t.match(echo, { finding: 'differs', differences: [{ path: 'connectTimeout', served: '77s' }] })
  })
}

t.test(
  'X41: a listener that Envoy NACKs is reported with its error text, and is not in effect',
  async (t) => {
    const { rest, envoy, adminUrl, findings } = await start(t)
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.teardown(() => taken.close())
    const { port } = taken.address() as { port: number }
    const write = rest.patchConfig({ fleets: { fleet: { onNack: 'hold', listeners: { main: { port } } } } })
    await t.rejects(write, { code: 'nacked' })
    const listener = (await findings()).find(({ name }) => name === 'main')
    t.match(listener, { finding: 'nacked', message: /[Aa]ddress already in use/ })
    const flags = ['--envoy-admin', envoy.admin.url, '--admin', adminUrl]
    t.match(await runYard(t, testFolder(t), 'status', ...flags), {
      code: 1,
      stdout: /edge-1 Listener main: NACKed: .*ddress already in use/,
    })
  },
)

t.test('X41: an Envoy that does not answer is said', async (t) => {
  const { adminUrl } = await start(t)
  const printed = await runYard(
    t,
    testFolder(t),
    'status',
    '--envoy-admin',
    '127.0.0.1:1',
    '--admin',
    adminUrl,
  )
  t.match(printed, { code: 1, stdout: /http:\/\/127\.0\.0\.1:1: .*did not answer/ })
})
