// Which endpoints of a document have nothing that listens, and what is said about them.

import { once } from 'node:events'
import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { freePort } from '../processes/free-port.ts'
import { socketPath } from '../test/support/open-backend.ts'
import { describeUnserved } from './unserved.ts'

/** @returns the address, `HOST:PORT` */
async function listen(t: Test): Promise<string> {
  const server = createServer((socket) => socket.on('error', () => {}).resume())
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `127.0.0.1:${(server.address() as { port: number }).port}`
}

/** An address of this host that no other test listens on, so that its port is not taken meanwhile. */
const nobodyAt = async () => `127.7.7.7:${await freePort()}`

const documentWith = (...addresses: readonly string[]) => ({
  upstreams: {
    backend: { endpoints: Object.fromEntries(addresses.map((address, index) => [`b${index}`, { address }])) },
  },
})

t.test('endpoints without a listener are named, with the flag that starts backends there', async (t) => {
  const [closed, served] = [await nobodyAt(), await listen(t)]
  const socket = `unix:${await socketPath(t)}`
  t.equal(
    await describeUnserved(documentWith('10.0.0.5:7000', closed, socket), [], 0),
    `nothing listens at ${closed}, ${socket}; "--backends 2" starts backends there`,
  )
  t.equal(
    await describeUnserved(documentWith(served, closed), [], 1),
    `nothing listens at ${closed}; "--backends 2" starts backends there`,
    'behind a backend of the testbed',
  )
})

t.test('the flag is not named if another process listens at an endpoint before', async (t) => {
  const [closed, other] = [await nobodyAt(), await listen(t)]
  t.equal(await describeUnserved(documentWith(other, closed), [], 0), `nothing listens at ${closed}`)
})

t.test('endpoints that are served, on other hosts or of excepted upstreams are not mentioned', async (t) => {
  t.equal(await describeUnserved(documentWith(await listen(t), '10.0.0.5:7000'), [], 0), undefined)
  t.equal(
    await describeUnserved(documentWith(await nobodyAt()), ['backend'], 0),
    undefined,
    'an excepted upstream',
  )
})
