// The wait for the end of a connection.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import t from 'tap'
import { untilEnded } from './until-ended.ts'

t.test('a connection has ended when it is closed, and when it is reset', async (t) => {
  for (const end of ['destroy', 'resetAndDestroy'] as const) {
    const server = createServer((socket) => socket[end]())
    t.teardown(() => server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await untilEnded(socket.resume())
    t.ok(socket.closed, end)
  }
})
