// Clients that send their requests slowly, over real sockets.

import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { untilEnded } from '../../test/support/until-ended.ts'
import { closeWithin, deadlineOptions } from './deadlines.ts'

const SHORT = { handshakeMs: 7_000, headersMs: 50, requestMs: 100, checkMs: 10, closeMs: 10 }
const HEAD = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n'

async function start(t: Test, deadlines = SHORT) {
  const server = fastify(deadlineOptions(deadlines))
  server.post('/', async () => 'done')
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => closeWithin(server, 0))
  const { port } = server.server.address() as AddressInfo
  const send = (bytes: string) => {
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    socket.write(bytes)
    return socket
  }
  return { server, send }
}

t.test('half a head and half a body are answered 408, and a whole request is not', async (t) => {
  const { send } = await start(t)
  for (const bytes of ['POST / HTTP/1.1\r\nhost:', `${HEAD}\r\n{`]) {
    t.match(await text(send(bytes)), /^HTTP\/1\.1 408 /, JSON.stringify(bytes))
  }
  t.match(await text(send(`${HEAD}connection: close\r\n\r\n{}`)), /^HTTP\/1\.1 200 .*done$/s)
})

t.test('a server closes although a client holds back its body', async (t) => {
  const { server, send } = await start(t, { ...SHORT, headersMs: 60_000, requestMs: 60_000 })
  const socket = send(`${HEAD}expect: 100-continue\r\n\r\n{`)
  await once(socket, 'data')
  const closed = untilEnded(socket)
  await closeWithin(server, SHORT.closeMs)
  await closed
})

t.test('the admin has these deadlines, which are shorter than those of Node', async (t) => {
  const { admin } = await serveFleet(t)
  const { requestTimeout, headersTimeout } = admin.server
  t.same({ requestTimeout, headersTimeout }, { requestTimeout: 14_000, headersTimeout: 10_000 })
})
