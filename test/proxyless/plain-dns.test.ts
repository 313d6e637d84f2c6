// Client-side load balancing without xDS: DNS, a policy of the service config, and connections with a maximum age.

import t, { type Test } from 'tap'
import type { GrpcClientOptions, GrpcClientProcess } from '../../testbed/grpc-client-process.ts'
import type { GrpcLanguage } from '../../testbed/grpc-programs/grpc-program.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { requireLanguage, startClient } from '../support/grpc-client.ts'
import { type PlainServers, ROUND_ROBIN, startPlainServers } from '../support/plain-servers.ts'

const LANGUAGES: readonly GrpcLanguage[] = ['node', 'python']
const CALLS = 60

/** A client that asks our DNS server. */
function startDnsClient(
  t: Test,
  language: GrpcLanguage,
  { address }: DnsServer,
  { port }: PlainServers,
  settings: Partial<GrpcClientOptions> = {},
): Promise<GrpcClientProcess> {
  return startClient(t, {
    language,
    target: `dns://${address}/echo.test:${port}`,
    // Without it, grpc-js asks the DNS servers of the system, whatever the target says.
    env: { GRPC_NODE_USE_ALTERNATIVE_RESOLVER: 'true' },
    ...settings,
  })
}

/** Calls until every one of the backends has answered: a connection may come later than the first calls. */
async function untilAllAnswer(client: GrpcClientProcess, backends: readonly string[]): Promise<void> {
  for (const seen = new Set<string>(); !backends.every((one) => seen.has(one)); ) {
    for (const backend of Object.keys((await client.calls(2)).backends)) seen.add(backend)
  }
}

for (const language of LANGUAGES) {
  t.test(`${language}: round_robin calls every address of a DNS name, pick_first only one`, async (t) => {
    if (!requireLanguage(t, language)) return
    const servers = await startPlainServers(t, 3)
    const dns = await startDnsServer(t, servers.ips)
    const turns = await startDnsClient(t, language, dns, servers, { serviceConfig: ROUND_ROBIN })
    await untilAllAnswer(turns, ['s1', 's2', 's3'])
    t.same((await turns.calls(CALLS)).backends, { s1: 20, s2: 20, s3: 20 })

    const first = await startDnsClient(t, language, dns, servers, { name: 'first' })
    const { backends } = await first.calls(CALLS)
    t.same(Object.values(backends), [CALLS], 'pick_first is the default')
    const [used = ''] = Object.keys(backends)
    await servers.servers.find(({ name }) => name === used)?.stop()
    const after = await first.calls(CALLS, { waitForReady: true, deadlineMs: 60_000 })
    t.equal(after.codes.OK, CALLS)
    t.notOk(used in after.backends, 'when its backend ends, it goes on with another address')
  })

  t.test(`${language}: a new address is called after a connection has reached its age`, async (t) => {
    if (!requireLanguage(t, language)) return
    // By default a channel asks again after 30 s at the earliest.
    const options = { 'grpc.dns_min_time_between_resolutions_ms': 50 }
    const aging = await startPlainServers(t, 2, { maxConnectionAgeMs: 500 })
    const dns = await startDnsServer(t, aging.ips.slice(0, 1))
    const client = await startDnsClient(t, language, dns, aging, { options, serviceConfig: ROUND_ROBIN })
    t.same((await client.calls(CALLS)).backends, { s1: CALLS })
    const load = await client.load({ callsPerSecond: 200 })
    dns.set(aging.ips)
    await untilAllAnswer(client, ['s1', 's2'])
    const { calls, codes } = await load.end()
    t.same(codes, { OK: calls }, 'the end of a connection fails no call')
  })

  t.test(`${language}: without an age, a new address is not noticed`, async (t) => {
    if (!requireLanguage(t, language)) return
    const options = { 'grpc.dns_min_time_between_resolutions_ms': 50 }
    const lasting = await startPlainServers(t, 2)
    const dns = await startDnsServer(t, lasting.ips.slice(0, 1))
    const client = await startDnsClient(t, language, dns, lasting, { options, serviceConfig: ROUND_ROBIN })
    t.same((await client.calls(CALLS)).backends, { s1: CALLS })
    const asked = dns.queries()
    dns.set(lasting.ips)
    // In the same time, connections of the test before have ended more than twice.
    t.same((await client.calls(300, { callsPerSecond: 200 })).backends, { s1: 300 })
    t.equal(dns.queries(), asked, 'the client has not asked again')
  })
}

t.test('node: the DNS server of a target is asked only with a variable of the environment', async (t) => {
  const servers = await startPlainServers(t, 1)
  const dns = await startDnsServer(t, servers.ips)
  const target = `dns://${dns.address}/localhost:${servers.port}`
  const client = await startClient(t, { language: 'node', target })
  t.match(
    await client.calls(1),
    { codes: { UNAVAILABLE: 1 } },
    'nothing listens at the address of the system',
  )
  t.equal(dns.queries(), 0)
})
