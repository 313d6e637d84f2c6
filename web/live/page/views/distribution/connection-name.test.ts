// The names of connections in the distribution.

import t from 'tap'
import { connectionNameOf } from './connection-name.ts'

t.test("a connection is named by its node and the caller's port, and in full by the address", async (t) => {
  t.same(connectionNameOf('edge-1', '127.0.0.1:54321'), {
    node: 'edge-1',
    port: ':54321',
    full: 'edge-1, from 127.0.0.1:54321',
  })
  t.match(connectionNameOf('edge-1', '[2001:db8::1]:443'), { port: ':443' })
})

t.test('an address without a port is kept whole', async (t) => {
  t.match(connectionNameOf('edge-1', '/run/edge.sock'), { port: '/run/edge.sock' })
})
