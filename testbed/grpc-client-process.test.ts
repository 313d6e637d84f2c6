// The example clients as processes: on plain targets, and against the library's xDS server.

import t, { type Test } from 'tap'
import { startBackend } from '../services/backend-server.ts'
import { bootstrapOf, requireLanguage, startClient } from '../test/support/grpc-client.ts'
import { echoForClients } from '../test/support/resources.ts'
import { SnapshotCache, startXdsServer } from '../xds-server/index.ts'
import type { GrpcLanguage } from './grpc-programs/grpc-program.ts'

const LANGUAGES: readonly GrpcLanguage[] = ['node', 'python', 'go', 'java']

async function startBackends(t: Test, ...ids: readonly string[]): Promise<readonly string[]> {
  return await Promise.all(
    ids.map(async (id) => {
      const backend = await startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
      t.teardown(() => backend.close())
      return backend.address
    }),
  )
}

const portOf = (address: string) => Number(address.split(':').at(-1))

for (const language of LANGUAGES) {
  t.test(`${language}: a client calls a target, with every method and with its settings`, async (t) => {
    if (!requireLanguage(t, language)) return
    const [address = ''] = await startBackends(t, 'b1')
    const client = await startClient(t, { language, target: `dns:///${address}` })
    for (const method of ['Unary', 'ServerStream', 'ClientStream', 'Bidirectional'] as const) {
      const result = await client.calls(10, { method, payloadBytes: 1000 })
      t.match(result, { calls: 10, codes: { OK: 10 }, backends: { b1: 10 }, errors: {} }, method)
    }
    const { latencyMs, seconds } = await client.calls(20, { callsPerSecond: 50, concurrency: 2 })
    t.ok(latencyMs.p50 > 0 && latencyMs.p50 <= latencyMs.p99 && latencyMs.p99 <= latencyMs.max)
    t.ok(seconds >= 19 / 50, 'the rate holds')
    t.match(await client.calls(1, { newChannel: true }), { codes: { OK: 1 } })
    t.notOk('latenciesUs' in (await client.calls(1)))
    const { latenciesUs = [], latencyMs: of } = await client.calls(30, { raw: true })
    t.equal(latenciesUs.length, 30)
    t.ok(Math.abs(Math.max(...latenciesUs) / 1_000 - of.max) < 0.01, 'they are what the summary is made of')
    t.match(await client.state(), { target: `dns:///${address}`, connectivity: 'READY', grpc: /^grpc\S* \d/ })
    t.match(client.admin, /^127\.0\.0\.1:\d+$/)
    await t.rejects(client.calls(1, { method: 'Nope' as 'Unary' }), { message: /unknown method .*Unary/ })
    await client.stop()
    await t.rejects(client.state(), { code: 'process-failed' })
  })

  t.test(`${language}: a load runs until its end, and a call fails by its deadline`, async (t) => {
    if (!requireLanguage(t, language)) return
    const slow = await startBackend({ id: 's', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 300 })
    t.teardown(() => slow.close())
    const [address = ''] = await startBackends(t, 'b1')
    const client = await startClient(t, { language, target: `ipv4:${address}` })
    const load = await client.load({ callsPerSecond: 200, concurrency: 4 })
    await client.calls(50)
    const { calls, codes, backends } = await load.end()
    t.ok(calls > 0)
    t.same([codes, backends], [{ OK: calls }, { b1: calls }])

    const late = await startClient(t, { language, name: 'late', target: `ipv4:${slow.address}` })
    const { codes: lateCodes } = await late.calls(2, { deadlineMs: 50 })
    t.same(lateCodes, { DEADLINE_EXCEEDED: 2 })
    t.match(await late.calls(1, { deadlineMs: 30_000 }), { codes: { OK: 1 } })
  })

  t.test(`${language}: round_robin of a service config uses every address, pick_first one`, async (t) => {
    if (!requireLanguage(t, language)) return
    const addresses = await startBackends(t, 'b1', 'b2')
    const target = `ipv4:${addresses.join(',')}`
    const serviceConfig = { loadBalancingConfig: [{ round_robin: {} }] }
    const turns = await startClient(t, { language, name: 'turns', target, serviceConfig })
    const first = await startClient(t, { language, name: 'first', target })
    // A call may come before the second connection.
    while (Object.keys((await turns.calls(2)).backends).length < 2);
    t.same((await turns.calls(40)).backends, { b1: 20, b2: 20 })
    t.same(Object.values((await first.calls(40)).backends), [40])
  })

  t.test(`P1: ${language}: a client finds its backends by xDS, and takes turns`, async (t) => {
    if (!requireLanguage(t, language)) return
    const ports = (await startBackends(t, 'b1', 'b2')).map(portOf)
    const cache = new SnapshotCache({ consistency: 'enforce' })
    cache.setSnapshot('clients', echoForClients(...ports))
    const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
    t.teardown(() => server.close())
    const bootstrap = bootstrapOf(server.address, 'clients-1', 'clients')
    const client = await startClient(t, { language, target: 'xds:///echo', bootstrap, credentials: 'xds' })
    while (Object.keys((await client.calls(2)).backends).length < 2);
    t.match(await client.calls(40), { codes: { OK: 40 }, backends: { b1: 20, b2: 20 } })
  })
}
