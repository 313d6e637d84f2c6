// Pipelined requests on a real server, and what counts as blocked.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import t from 'tap'
import { pipeline } from './pipeline.ts'
import { blockedBy, fastOf } from './slow-answer.ts'

t.test('O2.3: the server has all requests at once, and still answers them in their order', async (t) => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.url ?? '')
    request.resume()
    // The first answer waits until the last request has come: without pipelining it never would.
    if (seen.length === 3) for (const answer of waiting) answer()
    if (seen.length === 1) waiting.push(() => response.end('slow answer'))
    else response.end('x'.repeat(100_000))
  })
  const waiting: (() => void)[] = []
  server.listen(0, '127.0.0.1')
  t.teardown(() => server.closeAllConnections())
  t.teardown(() => server.close())
  await once(server, 'listening')
  const ms = await pipeline('127.0.0.1', (server.address() as AddressInfo).port, ['/a', '/b', '/c'])
  t.strictSame(seen, ['/a', '/b', '/c'])
  t.strictSame(
    ms.toSorted((a, b) => a - b),
    ms,
  )
})

t.test('a connection that ends too early is an error', async (t) => {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
  const server = createTcpServer((socket) => socket.on('error', () => {}).end(answer))
  server.listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await t.rejects(pipeline('127.0.0.1', port, ['/a', '/b']), { message: /ended after 1 of 2 answers/ })
})

t.test('a fast answer is blocked if it comes after the first slow one', async (t) => {
  t.equal(blockedBy({ slow: 1, ms: [100, 5, 6, 101] }), 1)
  t.equal(blockedBy({ slow: 2, ms: [100, 90, 5, 95, 99] }), 2)
  t.equal(blockedBy({ slow: 1, ms: [100, 5, 6, 7] }), 0, 'twin')
  t.equal(fastOf({ slow: 2, ms: [100, 90, 5] }), 1)
})
