// Clients that connect and send nothing, or next to nothing: REST and the issuer close the connection.

import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { DEADLINES } from '../../control-plane/admin/deadlines.ts'
import { serveKeySet, serveTokens } from '../../services/issuer/issuer-server.ts'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { createProgramServer } from '../../services/program-server.ts'
import { repeatUntil } from '../support/repeat-until.ts'
import { serveFleet } from '../support/served-fleet.ts'
import { untilEnded } from '../support/until-ended.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }
const SHORT = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 20 }
const HEAD = ['host: localhost', 'content-type: application/json', 'if-match: *']
const CLIENT_HELLO = Buffer.from('1603010200010001fc0303', 'hex')

interface Server {
  readonly title: string
  readonly address: string
  /** The first line of a request with a body. */
  readonly write: string
  readonly body: string
}

async function startServers(t: Test): Promise<readonly Server[]> {
  const deadlines = { handshakeMs: 200, headersMs: 200, requestMs: 400, checkMs: 20, closeMs: 100 }
  const { admin } = await serveFleet(t, undefined, { deadlines })
  const issuer = await TokenIssuer.create('https://issuer.test', 'ES256')
  const keys = await serveKeySet(issuer, ANY_PORT, { deadlines: SHORT })
  t.teardown(() => keys.close())
  const tokens = await serveTokens(issuer, ANY_PORT, { deadlines: SHORT })
  t.teardown(() => tokens.close())
  return [
    {
      title: 'REST',
      address: new URL(await admin.listen(ANY_PORT)).host,
      write: 'PUT /v1/fleets/edge/lb HTTP/1.1',
      body: '{"mode":"l7","policy":"round_robin"}',
    },
    {
      title: "the issuer's tokens",
      address: tokens.address,
      write: 'POST /token HTTP/1.1',
      body: '{"subject":"alice","audience":"echo"}',
    },
    { title: "the issuer's key set", address: keys.address, write: 'GET /jwks.json HTTP/1.1', body: '' },
  ]
}

function open(t: Test, address: string): Socket {
  const [host = '', port] = address.split(':')
  const socket = connect(Number(port), host)
  t.teardown(() => socket.destroy())
  return socket
}

/** What it answers until the connection is closed, or reset. */
async function untilClosed(socket: Socket): Promise<string> {
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  await untilEnded(socket)
  return answer
}

/** Sends the rest a byte at a time, for as long as the server lets it. */
async function trickle(socket: Socket, bytes: string): Promise<void> {
  for (const byte of bytes) {
    if (socket.destroyed || socket.readableEnded) return
    socket.write(byte)
    await new Promise((resolve) => setTimeout(resolve, SHORT.connectionsCheckingInterval))
  }
}

for (const server of await startServers(t)) {
  const { title, address, write, body } = server
  const head = [write, ...HEAD, `content-length: ${body.length}`].join('\r\n')

  t.test(`S66: ${title} closes connections that send nothing, or half a request`, async (t) => {
    const starts = {
      'no byte': '',
      'half a header': 'GET / HTTP/1.1\r\nhost: loc',
      'half of a TLS ClientHello': CLIENT_HELLO,
      'half of the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nS',
      ...(body !== '' && { 'half a body': `${head}\r\n\r\n${body.slice(0, 9)}` }),
    }
    await Promise.all(
      Object.entries(starts).map(async ([name, bytes]) => {
        const socket = open(t, address)
        socket.write(bytes)
        const answer = await untilClosed(socket)
        t.match(answer, /^(HTTP\/1\.1 4\d\d |$)/, `${name}: closed with "${answer.slice(0, 40)}"`)
      }),
    )
    const askWhole = () => {
      const socket = open(t, address)
      socket.write(`${head}\r\nconnection: close\r\n\r\n${body}`)
      return untilClosed(socket)
    }
    // A busy machine may be late with a whole request too.
    const isInTime = (answer: string) => answer !== '' && !answer.startsWith('HTTP/1.1 408 ')
    t.match(await repeatUntil(askWhole, isInTime), /^HTTP\/1\.1 20[02] /, 'twin')
  })

  t.test(`S66: ${title} closes connections that send a byte now and then`, async (t) => {
    for (const bytes of [`${write}\r\nx-long: `, ...(body === '' ? [] : [`${head}\r\n\r\n`])]) {
      const socket = open(t, address)
      const closed = untilEnded(socket.resume())
      socket.write(bytes)
      await Promise.race([trickle(socket, 'x'.repeat(30)).then(() => trickle(socket, body)), closed])
      await closed
      t.pass(`closed: ${JSON.stringify(bytes.slice(-9))}`)
    }
  })
}

t.test('S66: both deadlines end within 15 s by default', async (t) => {
  t.ok(DEADLINES.requestMs + DEADLINES.checkMs <= 15_000)
  t.ok(DEADLINES.headersMs <= DEADLINES.requestMs)
  const { requestTimeout, headersTimeout } = createProgramServer(() => {})
  t.ok(requestTimeout <= 14_000 && headersTimeout <= requestTimeout)
})
