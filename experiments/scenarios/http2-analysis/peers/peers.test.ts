// The peers: each way carries the same calls, and the server counts what passes it.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Authority } from '../../../../testbed/certificates/authority.ts'
import { openCaller } from './open-caller.ts'
import { openServer } from './open-server.ts'
import { TickReader } from './ticker.ts'
import { portOf, WAYS } from './ways.ts'

async function open(t: Test) {
  const authority = await Authority.create('peers')
  const server = await openServer('127.0.0.1', await authority.issue({ name: 'peer', ips: ['127.0.0.1'] }))
  t.teardown(() => server.close())
  return { server, ca: authority.issued.certificate }
}

/** Forwards to a port, and counts the bytes of both directions. */
async function countingRelay(t: Test, port: number) {
  const bytes = { toServer: 0, toClient: 0 }
  const ended: Promise<unknown>[] = []
  const relay = createServer((client: Socket) => {
    const server = connect(port, '127.0.0.1')
    client.on('data', (chunk) => {
      bytes.toServer += chunk.length
    })
    server.on('data', (chunk) => {
      bytes.toClient += chunk.length
    })
    for (const socket of [client, server]) socket.on('error', () => {})
    // Whoever is gone says nothing more, and a reset is no end.
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
    client.pipe(server).pipe(client)
    ended.push(once(server, 'close'))
  }).listen(0, '127.0.0.1')
  t.teardown(() => relay.close())
  await once(relay, 'listening')
  return { port: (relay.address() as AddressInfo).port, bytes, ended }
}

for (const way of WAYS) {
  for (const tls of [false, true]) {
    t.test(`O2.4: ${portOf(way, tls)} counts the connections, handshakes and bytes that pass`, async (t) => {
      const { server, ca } = await open(t)
      const { port, bytes, ended } = await countingRelay(t, server.ports[portOf(way, tls)])
      const caller = openCaller({ way, host: '127.0.0.1', port, connections: 2, ...(tls && { ca }) })
      const answers = await Promise.all(
        [0, 1, 2, 3].map(() => caller.call({ path: '/bytes/70000', bodyBytes: 3_000 })),
      )
      t.strictSame(answers, [70_000, 70_000, 70_000, 70_000])
      caller.close()
      await Promise.all(ended)
      const counts = server.counts()[portOf(way, tls)]
      t.match(counts, { connections: 2, handshakes: tls ? 2 : 0, resumed: 0 })
      // What the client still sent when it closed may have reached one of the two only.
      t.ok(Math.abs(counts.bytesIn - bytes.toServer) < 200, `${counts.bytesIn} and ${bytes.toServer}`)
      t.ok(Math.abs(counts.bytesOut - bytes.toClient) < 200, `${counts.bytesOut} and ${bytes.toClient}`)
      t.ok(counts.bytesOut > 4 * 70_000)
    })
  }
}

t.test('ticks arrive on each stream in order, however they are cut', async (t) => {
  const { server } = await open(t)
  const caller = openCaller({ way: 'http2', host: '127.0.0.1', port: server.ports.http2, connections: 1 })
  const reader = new TickReader()
  const ticks: number[] = []
  const bytes = await caller.call({
    path: '/ticks/5/300',
    onData: (chunk) => ticks.push(...reader.push(chunk).map(({ tick }) => tick)),
  })
  caller.close()
  t.equal(bytes, 5 * 300)
  t.strictSame(
    ticks,
    [0, 1, 2, 3, 4].map((after) => (ticks[0] ?? 0) + after),
  )
  const cut = new TickReader()
  t.strictSame(cut.push(Buffer.from('7 10')), [])
  t.strictSame(cut.push(Buffer.from('0.5   \n8 ')), [{ tick: 7, sentMs: 100.5 }])
})

t.test('an unknown path is no answer of the size that was asked for', async (t) => {
  const { server } = await open(t)
  const caller = openCaller({ way: 'http1', host: '127.0.0.1', port: server.ports.http1, connections: 1 })
  t.equal(await caller.call({ path: '/nothing' }), 0)
  caller.close()
})

t.test(
  'O2.6: 256 answers of 64 KiB at a time fit into the memory that a session of HTTP/2 may have',
  async (t) => {
    const { server } = await open(t)
    const caller = openCaller({ way: 'http2', host: '127.0.0.1', port: server.ports.http2, connections: 1 })
    const work = async () => {
      const answers: number[] = []
      while (answers.length < 4) answers.push(await caller.call({ path: '/bytes/65536', bodyBytes: 100 }))
      return answers
    }
    const answers = (await Promise.all(Array.from({ length: 256 }, work))).flat()
    caller.close()
    t.ok(answers.every((bytes) => bytes === 65_536))
  },
)
