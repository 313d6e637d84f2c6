// Client-side health checks (gRFC A17) by a service config: Python does them, and grpc-js ignores them.

import t, { type Test } from 'tap'
import type { GrpcLanguage } from '../../testbed/grpc-programs/grpc-program.ts'
import { requireLanguage, startClient } from '../support/grpc-client.ts'
import { ROUND_ROBIN, startPlainServers } from '../support/plain-servers.ts'

const HEALTH_CHECKED = {
  ...ROUND_ROBIN,
  healthCheckConfig: { serviceName: 'switchyard.echo.v1.EchoService' },
}
const CALLS = 40

async function start(t: Test, language: GrpcLanguage, serviceConfig: object) {
  const { port, ips, servers } = await startPlainServers(t, 2)
  const target = `ipv4:${ips.map((ip) => `${ip}:${port}`).join(',')}`
  const client = await startClient(t, { language, target, serviceConfig })
  const untilAnsweredBy = async (...wanted: readonly string[]) => {
    let seen: readonly string[] = []
    while (seen.join() !== wanted.join()) seen = Object.keys((await client.calls(4)).backends).sort()
  }
  await untilAnsweredBy('s1', 's2')
  return { client, servers, untilAnsweredBy }
}

t.test('python: a backend that is not serving gets no calls until it serves again', async (t) => {
  if (!requireLanguage(t, 'python')) return
  const { client, servers, untilAnsweredBy } = await start(t, 'python', HEALTH_CHECKED)
  const load = await client.load({ callsPerSecond: 200 })
  await servers[1]?.setHealth('not-serving')
  await untilAnsweredBy('s1')
  t.same((await client.calls(CALLS)).backends, { s1: CALLS })
  await servers[1]?.setHealth('serving')
  await untilAnsweredBy('s1', 's2')
  const { calls, codes } = await load.end()
  t.same(codes, { OK: calls }, 'no call fails meanwhile')
})

for (const [language, why, serviceConfig] of [
  ['python', 'without a health check in its service config', ROUND_ROBIN],
  ['node', 'although its service config has a health check', HEALTH_CHECKED],
] as const) {
  t.test(`${language}: a backend that is not serving gets calls, ${why}`, async (t) => {
    if (!requireLanguage(t, language)) return
    const { client, servers } = await start(t, language, serviceConfig)
    await servers[1]?.setHealth('not-serving')
    t.same((await client.calls(CALLS)).backends, { s1: CALLS / 2, s2: CALLS / 2 })
  })
}
