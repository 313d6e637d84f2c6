// Bytes both ways, counted and passed on.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { startCountingRelay } from './counting-relay.ts'

t.test('O3.2: a relay passes bytes on, and counts them by direction', async (t) => {
  const server = createServer((socket) => socket.once('data', () => socket.end('four times'))).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  t.teardown(() => void server.close())
  const relay = await startCountingRelay(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  const client = connect(Number(relay.address.split(':')[1]), '127.0.0.1')
  client.write('ask')
  t.equal((await buffer(client)).toString(), 'four times')
  t.strictSame(relay.take(), { sent: 3, received: 10 })
  t.strictSame(relay.take(), { sent: 0, received: 0 }, 'since the last time')
  await relay.close()
})
