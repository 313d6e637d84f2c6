// What reaches the port and is no valid request: still a problem document, and the connection is closed.

import { once } from 'node:events'
import { maxHeaderSize } from 'node:http'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { answerClientError } from './client-errors.ts'

/** Sends bytes to a listening admin and resolves with all that it answers until it closes the connection. */
async function exchange(t: Test, bytes: string) {
  const { admin } = await serveFleet(t)
  const url = new URL(await admin.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(url.port), url.hostname)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  socket.write(bytes)
  return parse(await text(socket))
}

function parse(answer: string) {
  const [head = '', content = ''] = answer.split('\r\n\r\n')
  const [statusLine, ...headers] = head.split('\r\n')
  return { statusLine, headers, body: JSON.parse(content) }
}

const GET = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n'
const CASES = [
  {
    title: 'headers that are too large',
    bytes: `${GET}x: ${'x'.repeat(maxHeaderSize)}\r\n\r\n`,
    statusLine: 'HTTP/1.1 431 Request Header Fields Too Large',
    body: { type: /headers-too-large$/, status: 431, detail: /^the headers are larger than 16 KiB/ },
  },
  {
    title: 'extensions of chunks that are too large',
    bytes: `PUT /v1/config HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nif-match: *\r\ntransfer-encoding: chunked\r\n\r\n2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    statusLine: 'HTTP/1.1 413 Payload Too Large',
    body: { type: /payload-too-large$/, status: 413 },
  },
  {
    title: 'a TLS handshake',
    bytes: '\x16\x03\x01\x02\x00\x01\x00\x01',
    statusLine: 'HTTP/1.1 400 Bad Request',
    body: {
      type: /invalid-argument$/,
      status: 400,
      detail: /^this is not a valid request of HTTP\/1\.1: /,
    },
  },
  {
    title: 'a request without Host',
    bytes: 'GET /healthz HTTP/1.1\r\n\r\n',
    statusLine: 'HTTP/1.1 400 Bad Request',
    body: { type: /invalid-argument$/, status: 400, detail: /^the header Host is missing/ },
  },
]

for (const { title, bytes, ...answer } of CASES) {
  t.test(`${title}: ${answer.body.status}`, async (t) => {
    const found = await exchange(t, bytes)
    t.match(found, answer)
    t.match(found.headers.join('\n').toLowerCase(), /content-type: application\/problem\+json/)
    t.match(found.headers.join('\n').toLowerCase(), /connection: close/)
  })
}

t.test('an expectation that nobody knows is ignored', async (t) => {
  const { statusLine, body } = await exchange(t, `${GET}expect: nothing\r\nconnection: close\r\n\r\n`)
  t.equal(statusLine, 'HTTP/1.1 200 OK')
  t.same(body, { status: 'ok' })
})

/** A socket whose written bytes can be read. */
function fakeSocket() {
  const stream = new PassThrough()
  const socket = Object.assign(stream, { destroySoon: () => stream.end() })
  return { socket: socket as unknown as Socket, stream }
}

t.test('a request that does not arrive in time: 408', async (t) => {
  const { socket, stream } = fakeSocket()
  answerClientError(Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket)
  const { statusLine, body } = parse(await text(stream))
  t.equal(statusLine, 'HTTP/1.1 408 Request Timeout')
  t.match(body, { type: /request-timeout$/, status: 408, detail: /did not arrive completely in time/ })
})

t.test('a client that has gone is sent nothing', async (t) => {
  const { socket, stream } = fakeSocket()
  answerClientError(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), socket)
  t.ok(stream.destroyed)
  t.equal(stream.read(), null)
})
