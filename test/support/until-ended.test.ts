// The wait for the end of a connection.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { untilEnded } from './until-ended.ts'

t.test('a connection has ended when it is closed, and when it is reset', async (t) => {
  for (const end of ['destroy', 'resetAndDestroy'] as const) {
    const server = createServer((socket) => socket[end]())
    t.teardown(() => server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await untilEnded(socket.resume())
    t.ok(socket.closed, end)
    await untilEnded(socket)
    t.pass('who waits later does not wait')
  }
})

t.test('a connection that nobody accepts is an error and no end, whoever waits when', async (t) => {
  const socket = connect(await freePort(), '127.0.0.1')
  await t.rejects(untilEnded(socket), { code: 'ECONNREFUSED' })
  await t.rejects(untilEnded(socket), { code: 'ECONNREFUSED' })
})
