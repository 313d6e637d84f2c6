// The stream of events over real sockets, and how far a revision has come on nodes that answer as the test says.

import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { EventReader } from '../../test/support/event-reader.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { untilEnded } from '../../test/support/until-ended.ts'
import { readToken } from '../../testbed/token-file.ts'
import { LISTENER } from '../../xds-server/index.ts'
import { startControlPlane } from '../control-plane.ts'

/** A served fleet whose admin listens, and a client of it. */
async function start(t: Test) {
  const fleet = await serveFleet(t)
  const url = await fleet.admin.listen({ host: '127.0.0.1', port: 0 })
  const rest = new RestClient({ url })
  const follow = (lastEventId?: string) =>
    new EventReader(t, rest, { ...(lastEventId !== undefined && { lastEventId }) })
  return { ...fleet, url, rest, follow }
}

t.test('a flip shows: the revision, its lanes from sent to ACKed, and the nodes', async (t) => {
  const { rest, follow, connectNode } = await start(t)
  for (const id of ['edge-1', 'edge-2']) await connectNode(id)
  const reader = follow()
  t.match((await reader.until('hello')).data, { revision: 1, resumed: false })
  await rest.putLb('edge', { mode: 'l7', policy: 'random' })
  const { data } = await reader.until(
    'flip',
    ({ revision, lanes }) => revision === 2 && lanes.every(({ ackedAt }) => ackedAt !== undefined),
  )
  t.match(data, {
    revision: 2,
    fleets: ['edge'],
    lanes: [
      { node: 'edge-1', fleet: 'edge', sentAt: /Z$/, ackedAt: /Z$/, ackMs: Number },
      { node: 'edge-2', fleet: 'edge', sentAt: /Z$/, ackedAt: /Z$/, ackMs: Number },
    ],
  })
  t.ok(data.lanes.every(({ ackMs = -1 }) => ackMs >= 0))
  t.same(await rest.getProgress(2), data)
  await reader.until('revision', ({ revision, status }) => revision === 2 && status === 'pending')
  await reader.until('revision', ({ revision, status }) => revision === 2 && status === 'accepted')
  for (const id of ['edge-1', 'edge-2']) await reader.untilNode(id, ({ state }) => state === 'SYNCED')
})

t.test("a NACK shows in the node's lane, with its text and the path", async (t) => {
  const { rest, follow, connectNode } = await start(t)
  const [node] = [await connectNode('edge-1'), await connectNode('edge-2')]
  const reader = follow()
  await reader.until('hello')
  node.answer = ({ typeUrl }) =>
    typeUrl === LISTENER ? { nack: 'error adding listener main: no such filter' } : 'ack'
  await t.rejects(rest.putLb('edge', { mode: 'l7', policy: 'random' }), { code: 'nacked' })
  const { data } = await reader.until(
    'flip',
    ({ revision, lanes }) => revision === 2 && lanes.some(({ nack }) => nack !== undefined),
  )
  t.match(data.lanes[0], {
    node: 'edge-1',
    nack: { message: 'error adding listener main: no such filter', path: /^fleets\.edge/ },
  })
  t.notHas(data.lanes[1], { nack: Object })
  await reader.until('revision', ({ revision, status }) => revision === 2 && status === 'rolled_back')
  await reader.until('flip', ({ revision }) => revision === 3)
})

t.test('who comes back with Last-Event-ID gets what it has missed', async (t) => {
  const { rest, follow } = await start(t)
  const first = follow()
  const { id } = await first.until('hello')
  await first.close()
  await rest.putLb('edge', { mode: 'l7', policy: 'random' })
  const again = follow(id)
  t.match((await again.until('hello')).data, { resumed: true })
  await again.until('flip', ({ revision }) => revision === 2)
  await again.until('revision', ({ revision }) => revision === 2)
  const other = follow('5-ff')
  t.match((await other.until('hello')).data, { resumed: false }, 'twin')
})

t.test('the stream is for programs that read it: no cache, no buffer, no HEAD', async (t) => {
  const { url, admin, rest, follow } = await start(t)
  const end = new AbortController()
  const response = await fetch(`${url}/v1/events`, { signal: end.signal })
  t.equal(response.headers.get('content-type'), 'text/event-stream')
  t.equal(response.headers.get('cache-control'), 'no-store')
  t.equal(response.headers.get('x-accel-buffering'), 'no')
  end.abort()
  t.equal((await admin.inject({ method: 'HEAD', url: '/v1/events' })).statusCode, 405)
  t.equal((await admin.inject('/v1/events?since=1')).statusCode, 400)
  const reader = follow()
  await reader.until('hello')
  t.ok(await rest.getHealth())
})

t.test('a reader that does not read is dropped, and others get every event', async (t) => {
  const { url, hub, follow } = await start(t)
  const { port } = new URL(url)
  const reader = follow()
  await reader.until('hello')
  const slow = connect({ host: '127.0.0.1', port: Number(port) })
  t.teardown(() => slow.destroy())
  slow.on('error', () => {})
  await once(slow, 'connect')
  slow.write('GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await once(slow, 'readable')
  t.equal(hub.readers, 2)
  // What the kernel takes for a socket comes on top of the MiB.
  const text = 'x'.repeat(64 * 1024)
  let sent = 0
  while (hub.readers === 2 && sent < 1_000) {
    const load = { running: true, connections: 1, callsPerSecond: 1, fleet: text, calls: sent, failed: 0 }
    hub.publish('testbed', load, 'testbed')
    // The reader that reads has its turn.
    await reader.until('testbed', ({ calls }) => calls === sent)
    sent += 1
  }
  t.equal(hub.readers, 1, 'the slow one is gone')
  t.equal(reader.named('testbed').length, sent)
  slow.resume()
  await untilEnded(slow)
})

t.test('a stream needs a token or a session, and ends with its session', async (t) => {
  const { adminUrl, tokensFile, close } = await startControlPlane({
    config: sampleWith({}),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    accessFolder: testFolder(t),
  })
  t.teardown(close)
  await t.rejects(new RestClient({ url: adminUrl }).getEvents().next(), { code: 'unauthenticated' })
  const operator = new RestClient({ url: adminUrl, token: await readToken(tokensFile ?? '', 'operator') })
  const login = async () => {
    const code = new URL((await operator.createLoginLink()).url).hash.slice('#login='.length)
    const answer = await fetch(`${adminUrl}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ code }),
    })
    const [cookie = ''] = answer.headers.getSetCookie()
    const headers = { cookie: cookie.split(';', 1)[0] ?? '', 'sec-fetch-site': 'same-origin' }
    const withCookie: typeof fetch = (url, init) =>
      fetch(url, { ...init, headers: { ...init?.headers, ...headers } })
    const rest = new RestClient({ url: adminUrl, fetch: withCookie })
    const reader = new EventReader(t, rest)
    await reader.until('hello')
    const logout = () => fetch(`${adminUrl}/v1/session`, { method: 'DELETE', headers })
    return { reader, logout }
  }
  const [ended, open] = [await login(), await login()]
  await ended.logout()
  await operator.putLb('edge', { mode: 'l7', policy: 'random' })
  await open.reader.until('revision', ({ revision }) => revision === 2)
  t.equal(await ended.reader.ended, undefined)
  t.same(
    ended.reader.named('revision').filter(({ data }) => data.revision === 2),
    [],
    'it is sent nothing more',
  )
})

t.test('when the admin closes, streams end in good order, and new ones are refused', async (t) => {
  const { admin, follow } = await start(t)
  const reader = follow()
  await reader.until('hello')
  await admin.close()
  t.equal(await reader.ended, undefined)
})

t.test('progress: a revision that is not kept and one that never was are two problems', async (t) => {
  const { rest, flips } = await start(t)
  t.match(await rest.getProgress(1), { revision: 1, fleets: ['edge'], lanes: [] })
  await t.rejects(rest.getProgress(9), { code: 'not-found', message: /revision 9/ })
  for (let revision = 2; revision <= 51; revision += 1) flips.serving(revision, new Map())
  await t.rejects(rest.getProgress(1), { code: 'not-found', message: /now 2 to 51/ })
})

t.test('without a testbed there is no load to control', async (t) => {
  const { rest } = await start(t)
  await t.rejects(rest.getTestbedLoad(), { code: 'not-found', message: /not started by a testbed/ })
  const setting = { running: true, connections: 4, callsPerSecond: 50 }
  await t.rejects(rest.putTestbedLoad(setting), { code: 'not-found' })
})
