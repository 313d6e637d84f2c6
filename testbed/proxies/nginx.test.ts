// NGINX with `grpc_pass`: where calls go, over which connections, and what it does to streams, drains and dead backends.

import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import t, { type Test } from 'tap'
import { startDrainingOnce } from '../../test/support/draining-once.ts'
import {
  idleStreamOf,
  isRunning,
  spreadOf,
  startProxiedEcho,
  untilEnded,
} from '../../test/support/proxied-echo.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startNginx } from './nginx.ts'
import type { NginxSettings } from './nginx-config.ts'

async function openNginx(t: Test, settings: Partial<NginxSettings> = {}) {
  const echo = await startProxiedEcho(t)
  const nginx = await startNginx(echo.group, testFolder(t), {
    ...{ backends: echo.backends, keepAlive: 8 },
    ...settings,
  })
  return { ...echo, nginx, client: echo.connect(nginx.address) }
}

t.test('O4.3: NGINX sends the calls of one connection to all backends in turn', async (t) => {
  if (!requireTool(t, 'nginx')) return
  const { client } = await openNginx(t)
  const { answers } = await spreadOf(client, 300)
  t.same(answers, { b1: 100, b2: 100, b3: 100 })
})

t.test(
  'O4.3: without keep-alive NGINX opens a connection for each call; with it, as many as calls at a time',
  async (t) => {
    if (!requireTool(t, 'nginx')) return
    const { client } = await openNginx(t, { keepAlive: 0 })
    const { connections } = await spreadOf(client, 300, 4)
    // A port of the proxy may come again within the test: of 28,000, for 100 calls to a backend, a few at most.
    t.ok(connections > 290, `${connections} connections for 300 calls`)

    const kept = await openNginx(t)
    const reused = await spreadOf(kept.client, 300, 4)
    t.ok(reused.connections <= 3 * 4, `${reused.connections} connections for 300 calls, four at a time`)
    const alone = await spreadOf(kept.client, 300, 1)
    t.ok(alone.connections <= 3, `${alone.connections} connections for one at a time`)
  },
)

t.test('O4.3: a dead backend costs NGINX one attempt, and no call fails', async (t) => {
  if (!requireTool(t, 'nginx')) return
  const echo = await startProxiedEcho(t)
  const { address, logFile } = await startNginx(echo.group, testFolder(t), {
    backends: [...echo.backends, echo.dead],
    keepAlive: 8,
    // Of the test only: at NGINX's own ten seconds, a slow machine would see the second attempt.
    backendParameters: 'fail_timeout=1h',
  })
  const { answers } = await spreadOf(echo.connect(address), 300)
  t.same(Object.keys(answers).sort(), ['b1', 'b2', 'b3'])
  t.equal(readFileSync(logFile, 'utf8').split('connect() failed').length - 1, 1)
})

t.test('NGINX cuts a stream on which nothing moves for grpc_read_timeout', async (t) => {
  if (!requireTool(t, 'nginx')) return
  // The first answer comes within it on a busy machine too.
  const { client } = await openNginx(t, { location: { grpc_read_timeout: '1s' } })
  const { answers, error = '' } = await idleStreamOf(client, 60_000)
  t.equal(answers, 1)
  t.match(error, /RST_STREAM with code 2/)
  const twin = await openNginx(t)
  t.same(await idleStreamOf(twin.client, 900), { answers: 2 })
})

t.test('NGINX cuts a stream whose requests add up to more than client_max_body_size', async (t) => {
  if (!requireTool(t, 'nginx')) return
  const twoMib = Array.from({ length: 32 }, () => ({ payload: new Uint8Array(64 * 1024) }))
  const { client } = await openNginx(t)
  await t.rejects(client.clientStream(twoMib), /HTTP status code 413/)
  const twin = await openNginx(t, { server: { client_max_body_size: '0' } })
  t.equal((await twin.client.clientStream(twoMib)).sequence, 32)
})

t.test('NGINX sends GOAWAY on the connection of a client after keepalive_requests', async (t) => {
  if (!requireTool(t, 'nginx')) return
  const { nginx, client } = await openNginx(t, { server: { keepalive_requests: '10' } })
  const session = connect(`http://${nginx.address}`)
  t.teardown(() => session.destroy())
  const goneAway = new Promise<void>((resolve) => session.once('goaway', () => resolve()))
  for (let request = 0; request < 10; request += 1) {
    session
      .request({ ':method': 'POST' })
      .on('error', () => {})
      .resume()
      .end()
  }
  await goneAway
  const { answers } = await spreadOf(client, 60)
  t.same(Object.keys(answers).sort(), ['b1', 'b2', 'b3'], 'a gRPC client connects again, and no call fails')
})

t.test(
  'NGINX fails each call that crosses the GOAWAY of a backend, and with its defaults the calls after it',
  async (t) => {
    if (!requireTool(t, 'nginx')) return
    const failed = async (settings: Partial<NginxSettings>) => {
      const addresses = await Promise.all(
        ['d1', 'd2', 'd3'].map(async (id) => ({ id, address: await startDrainingOnce(t) })),
      )
      const { client } = await openNginx(t, { backends: addresses, ...settings })
      const { answers } = await spreadOf(client, 30)
      return answers['Received HTTP status code 502'] ?? 0
    }
    t.equal(await failed({ backendParameters: 'fail_timeout=1h' }), 30, 'one failure takes a backend out')
    t.equal(await failed({ backendParameters: 'max_fails=0' }), 3, 'twin: only the calls that crossed')
    const next = { grpc_next_upstream: 'error timeout invalid_header http_502 non_idempotent' }
    t.equal(
      await failed({ backendParameters: 'max_fails=0', location: next }),
      3,
      'it never sends a call again',
    )
  },
)

t.test('NGINX and its workers end with their group', async (t) => {
  if (!requireTool(t, 'nginx')) return
  const { group, nginx } = await openNginx(t, { workers: 2 })
  t.equal(nginx.processes.length, 2)
  t.ok(nginx.processes.every(({ pid }) => isRunning(pid)))
  await group.stop()
  await Promise.all(nginx.processes.map(({ pid }) => untilEnded(pid)))
})

t.test('a configuration that NGINX does not take is an error with its words', async (t) => {
  if (!requireTool(t, 'nginx')) return
  await t.rejects(openNginx(t, { location: { grpc_read_timeout: 'soon' } }), {
    code: 'process-failed',
    message: /"grpc_read_timeout" directive invalid value/,
  })
})
