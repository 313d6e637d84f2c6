// The preface of HTTP/2: it is awaited in parts, given back, and demanded in time.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { readPreface } from './http2-preface.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

async function pair(t: Test): Promise<{ readonly client: Socket; readonly server: Socket }> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const accepted = once(listener, 'connection')
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1')
  const [server] = (await accepted) as [Socket]
  t.teardown(() => {
    client.destroy()
    server.destroy()
    listener.close()
  })
  return { client, server }
}

t.test('it may come in parts, and the socket has it and the rest again', async (t) => {
  const { client, server } = await pair(t)
  const read = readPreface(server, 60_000)
  client.write(PREFACE.slice(0, 5))
  await once(server, 'readable')
  client.write(`${PREFACE.slice(5)}rest`)
  await read
  t.equal(String(server.read()), `${PREFACE}rest`)
})

t.test('something else, an end, or none in time is an error', async (t) => {
  const [other, ended, silent] = [await pair(t), await pair(t), await pair(t)]
  other.client.write('GET /')
  await t.rejects(readPreface(other.server, 60_000), /does not speak HTTP\/2/)
  const read = readPreface(ended.server, 60_000)
  ended.client.end(PREFACE.slice(0, 5))
  ended.server.once('end', () => ended.server.destroy())
  await t.rejects(read, /has ended before/)
  await t.rejects(readPreface(silent.server, 1), /not sent the preface of HTTP\/2 within 1 ms/)
})
