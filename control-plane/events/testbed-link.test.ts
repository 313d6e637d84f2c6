// What the control plane asks a testbed, and what it makes of the answers.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { TestbedLink } from './testbed-link.ts'

const LOAD = { running: true, connections: 4, callsPerSecond: 50, fleet: 'edge', calls: 7, failed: 0 }

/** A testbed that answers with this. */
async function testbed(t: Test, status: number, body: unknown) {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url} ${await text(request)}`)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/load`
  return { asked, url, link: new TestbedLink(url) }
}

t.test('the load is read and set', async (t) => {
  const { link, asked } = await testbed(t, 200, LOAD)
  t.same(await link.read(), LOAD)
  t.same(await link.set({ running: false, connections: 1, callsPerSecond: 2 }), LOAD)
  t.same(asked, ['GET /load ', 'PUT /load {"running":false,"connections":1,"callsPerSecond":2}'])
})

t.test('a testbed without Envoys is not found, and a testbed that has ended is unreachable', async (t) => {
  const { link } = await testbed(t, 404, {})
  await t.rejects(link.read(), { code: 'not-found' })
  await t.rejects(new TestbedLink('http://127.0.0.1:1/load').read(), {
    code: 'unreachable',
    message: /does not answer at http:\/\/127\.0\.0\.1:1\/load/,
  })
  const other = await testbed(t, 200, { hello: 'world' })
  await t.rejects(other.link.read(), { code: 'unreachable', message: /answered 200 without a load/ })
})

t.test('only a testbed on this host is asked', async (t) => {
  for (const url of [
    'http://10.0.0.1:80/load',
    'https://127.0.0.1:80/load',
    'http://127.0.0.1.example:80/',
    'load',
  ])
    t.throws(() => new TestbedLink(url), { code: 'invalid-argument', message: /not a URL on this host/ }, url)
  t.ok(new TestbedLink('http://[::1]:80/load'), 'twin')
})
