// Channels of one process share connections to a target, unless they have a subchannel pool of their own.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import t, { type Test } from 'tap'
import type { GrpcLanguage } from '../../testbed/grpc-programs/grpc-program.ts'
import { requireLanguage, startClient } from '../support/grpc-client.ts'
import { startPlainServers } from '../support/plain-servers.ts'

const LANGUAGES: readonly GrpcLanguage[] = ['node', 'python']

/** A relay to a server that counts the connections through it. */
async function startCounter(t: Test, host: string, port: number) {
  let count = 0
  const relay = createServer((client) => {
    count += 1
    const server = connect(port, host)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => to.destroy()).pipe(to)
    }
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  t.teardown(() => relay.close())
  return { port: (relay.address() as AddressInfo).port, connections: () => count }
}

for (const language of LANGUAGES) {
  t.test(`${language}: channels share a connection, and one with a local pool has its own`, async (t) => {
    if (!requireLanguage(t, language)) return
    const { port, ips } = await startPlainServers(t, 1)
    for (const [name, options, expected] of [
      ['shared', { 'grpc.use_local_subchannel_pool': 0 }, 1],
      ['local', { 'grpc.use_local_subchannel_pool': 1 }, 3],
    ] as const) {
      const counter = await startCounter(t, ips[0] ?? '', port)
      const client = await startClient(t, {
        language,
        name,
        target: `ipv4:127.0.0.1:${counter.port}`,
        options,
      })
      for (const newChannel of [false, true, true]) {
        t.match(
          await client.calls(10, { newChannel }),
          { codes: { OK: 10 } },
          `${name}: every call is answered`,
        )
      }
      t.equal(counter.connections(), expected, `${name}: connections of three channels`)
    }
  })
}
