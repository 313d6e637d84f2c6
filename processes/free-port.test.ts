// A port that was free is free.
import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { freePort } from './free-port.ts'

t.test('one can listen on it', async (t) => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  t.match(server.address(), { port })
})
