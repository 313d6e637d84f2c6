// `proxyProtocol` with real connections: who the caller is, as a load balancer says it, and as endpoints get to know it.

import { once } from 'node:events'
import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { EMPTY_GRPC_FRAME } from '../../core/grpc-framing.ts'
import { startEdge } from '../support/edge.ts'
import { callGreeting, startGreeting } from '../support/greeting-backend.ts'
import { UNARY } from '../support/match-cases.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'
import { untilEnded } from '../support/until-ended.ts'
import { startWitness } from '../support/witness.ts'

/** What a load balancer sends for a caller at 203.0.113.9. */
const V1 = 'PROXY TCP4 203.0.113.9 127.0.0.1 4711 443\r\n'
const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const V2 = Buffer.concat([SIGNATURE, Buffer.from('2111000ccb0071097f000001126701bb', 'hex')])

/** The edge in mode l4, whose listener and upstream a test turns. */
async function startTcp(t: Test) {
  const backend = await startGreeting(t, 'b1', { awaited: 'hello' })
  const endpoints = { b1: { address: backend.address } }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints } }, lb: { mode: 'l4' } })
  const port = Number(edge.address.split(':').at(-1))
  const serve = (listener: object, upstream: object = {}) =>
    edge.serve({
      upstreams: { echo: { endpoints, ...upstream } },
      lb: { mode: 'l4' },
      fleet: { listeners: { main: { port, l4: { upstream: 'echo' }, ...listener } } },
    })
  /** The bytes that the backend got of the newest connection. */
  const received = () => Buffer.concat(backend.received.at(-1) ?? [])
  return { edge, serve, received }
}

const on = (settings: object = {}) => ({ proxyProtocol: { enabled: true, ...settings } })
const off = { proxyProtocol: { enabled: false } }

t.test('T28: a listener takes the caller from the header, and endpoints get it on', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { edge, serve, received } = await startTcp(t)
  const call = (first: Uint8Array | string) => callGreeting(t, edge.address, { first })
  await serve(off, off)
  await call(`${V1}hello`)
  t.equal(received().toString(), `${V1}hello`, 'the twin: off, the header is bytes as all others')
  const { port } = await call('hello')
  t.equal(received().toString(), 'hello', 'and endpoints get none')

  await serve(off, on({ version: 'v1' }))
  const own = await call('hello')
  t.match(
    received().toString(),
    new RegExp(`^PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 ${own.port} \\d+\\r\\nhello$`),
  )
  t.not(own.port, port)

  await serve(on(), on({ version: 'v1' }))
  for (const header of [V1, V2]) {
    await call(Buffer.concat([Buffer.from(header), Buffer.from('hello')]))
    t.match(received().toString(), /^PROXY TCP4 203\.0\.113\.9 127\.0\.0\.1 4711 443\r\nhello$/)
  }

  await serve(on(), on())
  await call(`${V1}hello`)
  t.same(received().subarray(0, 12), SIGNATURE, 'version 2')
  t.same(received().subarray(16, 20), Buffer.from([203, 0, 113, 9]), 'with the address')
  t.equal(received().subarray(-5).toString(), 'hello')
})

t.test('T28: connections without the header, or with another version, are closed', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { edge, serve, received } = await startTcp(t)
  const by = async (first: Uint8Array | string) => (await callGreeting(t, edge.address, { first })).by
  await serve(on({ versions: ['v2'] }))
  t.equal(await by('hello, without a header'), 'closed')
  t.equal(await by(`${V1}hello`), 'closed')
  t.equal(await by(Buffer.concat([V2, Buffer.from('hello')])), 'b1', 'the accepted twin')
  await serve(on({ allowMissing: true }))
  t.equal(await by('hello, without a header'), 'b1', 'allowed')
  t.equal(received().toString(), 'hello, without a header')
  t.equal(await by(`${V1}hello`), 'b1')
})

/** The first line of a log, once there is one. */
async function firstLine(file: string, folder: string): Promise<string> {
  let changed = Promise.withResolvers<void>()
  const watcher = watch(folder, () => changed.resolve())
  try {
    for (;;) {
      changed = Promise.withResolvers()
      const [line = '', ...rest] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
      if (rest.length > 0) return line
      await changed.promise
    }
  } finally {
    watcher.close()
  }
}

t.test('T28: in mode l7, services and the access log see the caller from the header', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, seen } = await startWitness(t)
  const upstreams = { echo: { endpoints: { b1: { address } } } }
  const edge = await startEdge(t, { upstreams })
  const port = Number(edge.address.split(':').at(-1))
  const folder = testFolder(t)
  const serve = (name: string, proxyProtocol: object) =>
    edge.serve({
      upstreams,
      fleet: {
        accessLog: { enabled: true, file: { path: join(folder, `${name}.log`) } },
        listeners: { main: { port, l7: { routes: 'all' }, ...proxyProtocol } },
      },
    })
  const call = async (first?: string) => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    if (first !== undefined) socket.write(first)
    const session = connectHttp2(`http://${edge.address}`, { createConnection: () => socket })
    const stream = session.request({
      ':method': 'POST',
      ':path': UNARY,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.end(EMPTY_GRPC_FRAME)
    await untilEnded(stream.resume())
    session.destroy()
    return seen.at(-1)?.['x-forwarded-for']
  }
  await serve('off', off)
  t.not(await call(), '203.0.113.9', 'the twin')
  t.match(JSON.parse(await firstLine(join(folder, 'off.log'), folder)), { caller: /^127\.0\.0\.1:/ })
  await serve('on', on())
  t.equal(await call(V1), '203.0.113.9')
  t.match(JSON.parse(await firstLine(join(folder, 'on.log'), folder)), { caller: '203.0.113.9:4711' })
})

/** A backend that only takes bytes. `next` resolves with those of a new connection up to a text. */
async function startListening(t: Test, text: string) {
  let next = Promise.withResolvers<string>()
  const server = createServer((socket) => {
    let bytes = ''
    t.teardown(() => socket.destroy())
    socket
      .on('error', () => {})
      .on('data', (part) => {
        bytes += part.toString('latin1')
        if (bytes.includes(text)) next.resolve(bytes)
      })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: () => {
      next = Promise.withResolvers()
      return next.promise
    },
  }
}

t.test('T28: in mode l7, endpoints get the header too, before the bytes of HTTP/2', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, next } = await startListening(t, 'PRI * HTTP/2.0')
  const serve = (upstream: object) => ({
    upstreams: { echo: { endpoints: { b1: { address } }, ...upstream } },
  })
  const edge = await startEdge(t, serve(off))
  const bytesOfCall = async () => {
    const received = next()
    const session = connectHttp2(`http://${edge.address}`)
    t.teardown(() => session.destroy())
    session
      .on('error', () => {})
      .request({ ':method': 'POST', ':path': UNARY })
      .on('error', () => {})
    return { bytes: await received, port: session.socket.localPort }
  }
  t.match((await bytesOfCall()).bytes, /^PRI \* HTTP\/2\.0/, 'the twin')
  await edge.serve(serve(on({ version: 'v1' })))
  const { bytes, port } = await bytesOfCall()
  t.match(
    bytes,
    new RegExp(`^PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 ${port} \\d+\\r\\nPRI `),
    'with the caller',
  )
})
