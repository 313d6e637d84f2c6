// Envoys beside a client and a server: which of them a call passes is a write to the control plane, whatever transport is between.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startBackend } from '../../testbed/backend.ts'
import { type Loader, startLoader } from '../../testbed/loader/start-loader.ts'
import { openLoad, startFarServers } from '../../testbed/sidecars/start-far-servers.ts'
import { startSidecarPlane } from '../../testbed/sidecars/start-plane.ts'
import { type RunningSidecars, startSidecars } from '../../testbed/sidecars/start-sidecars.ts'
import { LOOPBACK } from '../../testbed/transports/local/loopback.ts'
import { UDS } from '../../testbed/transports/local/uds.ts'
import type { Transport } from '../../testbed/transports/transport.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

async function openSidecars(t: Test, transport: Transport) {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const plane = await startSidecarPlane(group)
  const laid = await transport.lay(group, join(plane.folder, transport.id))
  const server = await startBackend(laid.server, testFolder(t), { id: 'b1', listen: laid.listen() })
  const socket = `unix:${join(plane.folder, 'app.sock')}`
  const beside = await startBackend(laid.server, testFolder(t), { id: 'b2', listen: socket })
  const sidecars = await startSidecars(plane, laid, {
    id: transport.id,
    server: { address: server.address, socket: beside.address },
  })
  return { sidecars, loader: await startLoader(laid.client) }
}

/** @returns who answered, and what both Envoys counted */
async function callThrough(loader: Loader, target: string, { client, server }: RunningSidecars) {
  const count = async (envoy: RunningSidecars['server'], filter: RegExp) =>
    Object.values((await envoy?.stats(filter)) ?? {}).reduce((sum, one) => sum + one, 0)
  const read = async () => [
    await count(client, /^http\.main\.downstream_rq_completed$/),
    await count(server, /^http\.(plain|mtls)\.downstream_rq_completed$/),
    await count(server, /^listener\..*\.ssl\.handshake$/),
  ]
  const before = await read()
  const { calls, codes, shares } = await loader.run({
    ...{ target, connections: 1, warmUpSeconds: 0, seconds: 0.2 },
    loop: { kind: 'closed', concurrency: 1 },
    calls: { kind: 'unary' },
  })
  const after = await read()
  const [client1 = 0, server1 = 0, handshakes] = after.map((one, at) => one - (before[at] ?? 0))
  return {
    answered: codes.OK === calls && calls > 0,
    by: Object.keys(shares),
    passed: [client1 >= calls, server1 >= calls],
    handshakes,
    none: client1 === 0 && server1 === 0,
  }
}

t.test('O8.5, O8.23: calls pass the Envoys that the document puts on their way, and no others', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { sidecars, loader } = await openSidecars(t, LOOPBACK)
  const { direct, outbound, inbound = '' } = sidecars.targets
  const through = (target: string) => callThrough(loader, target, sidecars)
  t.match(await through(direct), { answered: true, by: ['b1'], none: true })
  t.match(await through(outbound), { answered: true, by: ['b1'], passed: [true, false] })
  t.match(await through(inbound), { answered: true, by: ['b1'], passed: [false, true], handshakes: 0 })
  await sidecars.sendOut('plain')
  t.match(await through(outbound), { answered: true, passed: [true, true], handshakes: 0 })
  await sidecars.sendOut('mtls')
  t.match(await through(outbound), { answered: true, passed: [true, true], handshakes: 1 })
  await sidecars.takeIn('unix')
  t.match(await through(inbound), { answered: true, by: ['b2'] }, 'by a Unix socket to the server')
})

t.test('O8.1: an Envoy reaches a server by a Unix socket, and no Envoy listens on one', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { sidecars, loader } = await openSidecars(t, UDS)
  t.equal(sidecars.targets.inbound, undefined)
  t.equal(sidecars.server, undefined)
  const { outbound } = sidecars.targets
  t.match(await callThrough(loader, outbound, sidecars), {
    answered: true,
    by: ['b1'],
    passed: [true, false],
  })
  await t.rejects(sidecars.sendOut('plain'), {
    code: 'invalid-argument',
    message: /uds-client has no way plain; use one of direct/,
  })
})

t.test('O8.28: Envoy retries and hedges when the rule says so, and servers count each attempt', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const plane = await startSidecarPlane(group)
  const laid = await LOOPBACK.lay(group, plane.folder)
  const far = await startFarServers(plane, laid, { folder: testFolder(t), count: 2 })
  const load = async (target: string) => {
    const before = await far.attempts()
    const { codes, figures } = await far.loader.run({ ...openLoad(target, 100), seconds: 0.3 })
    const made = figures['calls made, warm-up included'] ?? 0
    return { failed: codes.UNAVAILABLE ?? 0, added: (await far.attempts()) - before - made }
  }
  for (const server of far.servers) await server.behave({ latencyMs: 0, failPercent: 50 })
  await far.setRule({ retry: { enabled: false } })
  const once = await load(far.byEnvoy)
  t.equal(once.added, 0)
  t.ok(once.failed > 0)
  t.ok((await load(far.direct)).failed > 0, 'nothing is between')
  await far.setRule({ retry: { enabled: true, attempts: 10, on: ['unavailable'] } })
  const retried = await load(far.byEnvoy)
  t.ok(retried.added > 0)
  t.ok(retried.failed < once.failed, `${retried.failed} and ${once.failed}`)

  const [first, second] = far.servers
  await first?.behave({ latencyMs: 0, failPercent: 0 })
  await second?.behave({ latencyMs: 60_000, failPercent: 0 })
  await far.setRule({
    retry: { enabled: true, attempts: 1, on: ['refused-stream'] },
    hedging: { enabled: true, delay: '10ms' },
  })
  const hedged = await load(far.byEnvoy)
  t.ok(hedged.added > 0)
  t.equal(hedged.failed, 0, 'none waits for the slow server')
})
