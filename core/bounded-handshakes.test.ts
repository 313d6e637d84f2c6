// A TLS handshake that the server could not read in time is in time, and one that does not go on ends.

import { once } from 'node:events'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, type Server as NetServer } from 'node:net'
import { connect as connectTls, createServer } from 'node:tls'
import t, { type Test } from 'tap'
import { selfSignedCertificate } from '../test/support/certificates.ts'
import { untilEnded } from '../test/support/until-ended.ts'
import { boundHandshakes, handshakeOptions } from './bounded-handshakes.ts'

const MS = 200

const { certificate: cert, key } = await selfSignedCertificate()

/** The event loop does nothing else meanwhile, as when thousands of clients come at once. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

async function listen(t: Test, server: NetServer): Promise<number> {
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

const SERVERS = {
  tls: () => createServer({ cert, key, ...handshakeOptions(MS) }),
  https: () => createHttpsServer({ cert, key, ...handshakeOptions(MS) }),
}

for (const [kind, create] of Object.entries(SERVERS)) {
  t.test(`S66: a handshake that a server of ${kind} could not read in time succeeds`, async (t) => {
    const server = create()
    boundHandshakes(server, MS)
    const port = await listen(t, server)
    const accepted = once(server, 'connection')
    const secured = once(server, 'secureConnection')
    const raw = connect(port, '127.0.0.1')
    t.teardown(() => raw.destroy())
    await Promise.all([once(raw, 'connect'), accepted])
    // The timer of the handshake runs, and the client's first bytes are on their way when the server stops.
    const client = connectTls({ socket: raw, ca: cert, servername: 'localhost' })
    client.on('error', () => {})
    await new Promise((resolve) => setImmediate(resolve))
    block(2 * MS)
    const [socket] = await Promise.race([secured, once(raw, 'close').then(() => [])])
    t.ok(socket, 'it is not disconnected')
    // The time of a client that comes later and says nothing is over after that of the first one.
    const silent = connect(port, '127.0.0.1')
    await untilEnded(silent.resume())
    t.notOk(raw.destroyed, 'it stays connected')
    socket?.destroy()
  })

  t.test(`S66: a client that does not go on is disconnected by a server of ${kind}`, async (t) => {
    const server = create()
    boundHandshakes(server, MS)
    const client = connect(await listen(t, server), '127.0.0.1')
    const begin = performance.now()
    await untilEnded(client.resume())
    t.ok(performance.now() - begin > 0.9 * MS, 'not before its time')
  })

  t.test(`a server of ${kind} disconnects a client that does not speak TLS`, async (t) => {
    const server = create()
    boundHandshakes(server, 600_000)
    const client = connect(await listen(t, server), '127.0.0.1')
    client.end('GET / HTTP/1.1\r\n\r\n')
    await untilEnded(client.resume())
    t.pass('at once')
  })
}
