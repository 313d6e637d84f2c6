// The headers of all answers: pages, data, errors, and requests that are rejected before there is a route.

import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}
const PATHS = [
  '/',
  '/ui/',
  '/docs/',
  '/openapi.json',
  '/v1/config',
  '/v1/revisions/9',
  '/metrics',
  '/no/such',
]

t.test('every answer has the security headers, and no answer can be framed', async (t) => {
  const { admin } = await serveFleet(t)
  for (const url of PATHS) {
    const { headers } = await admin.inject(url)
    t.match(headers, HEADERS, url)
    const policy = String(headers['content-security-policy'])
    t.match(policy, /frame-ancestors 'none'/, url)
    t.match(policy, /default-src '(none|self)'/, url)
    t.notOk(
      Object.keys(headers).some((name) => name.startsWith('access-control-')),
      `${url}: no CORS`,
    )
  }
  for (const url of ['/v1/config', '/v1/revisions/9', '/metrics'])
    t.equal((await admin.inject(url)).headers['cache-control'], 'no-store', url)
  const foreign = await admin.inject({ url: '/v1/config', headers: { host: 'evil.example' } })
  t.match(foreign, { statusCode: 421, headers: HEADERS })
})

t.test('a request that is not HTTP gets them too', async (t) => {
  const { admin } = await serveFleet(t)
  const { port, hostname } = new URL(await admin.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write('not http\r\n\r\n')
  const answer = await text(socket)
  for (const [name, value] of Object.entries(HEADERS)) t.ok(answer.includes(`${name}: ${value}`), name)
})
