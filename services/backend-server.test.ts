// What a backend adds to its two services: health, reflection, latency, addresses, drain and end.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import type { Test } from 'tap'
import t from 'tap'
import { openBackend, socketPath } from '../test/support/open-backend.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { untilEnded } from '../test/support/until-ended.ts'
import { startBackend } from './backend-server.ts'
import type { ListenAddress } from './draining-listener.ts'
import { createClient } from './rpc/index.ts'
import { standardServices } from './standard-services.ts'

const SERVICES = ['switchyard.echo.v1.EchoService', 'switchyard.kv.v1.KeyValueService']

t.test('health is SERVING for the server and each service, and unknown for others', async (t) => {
  const { backend } = await openBackend(t)
  const { check } = standardServices(t, backend.address)
  for (const name of ['', ...SERVICES]) t.equal(await check(name), 'SERVING', name)
  await t.rejects(check('other.Service'), { code: status.NOT_FOUND })
})

t.test('health is NOT_SERVING once the backend ends', async (t) => {
  const { backend } = await openBackend(t)
  const healths = standardServices(t, backend.address).watch(SERVICES[0] ?? '')
  t.same(await healths.next(), { value: 'SERVING', done: false })
  const closed = backend.close()
  t.same(await healths.next(), { value: 'NOT_SERVING', done: false })
  await healths.return()
  await closed
})

t.test('reflection lists both services, and has their files with all imports', async (t) => {
  const { backend } = await openBackend(t)
  const { listServices, filesOf } = standardServices(t, backend.address)
  t.same(await listServices(), SERVICES)

  const files = await filesOf('switchyard.echo.v1.EchoService')
  if (typeof files === 'string') return t.fail(files)
  t.same(
    files.map(({ name }) => name),
    ['switchyard/echo/v1/echo.proto', 'google/protobuf/duration.proto'],
  )
  t.same(files[0]?.dependency, ['google/protobuf/duration.proto'])
  t.same(
    files[0]?.service[0]?.method.map(({ name }) => name),
    ['Unary', 'ServerStream', 'ClientStream', 'Bidirectional'],
  )
  t.equal(await filesOf('switchyard.Nothing'), 'Symbol not found: switchyard.Nothing')
})

t.test('a backend serves on a Unix socket, and removes it when it ends', async (t) => {
  const path = await socketPath(t)
  const { backend, echo } = await openBackend(t, { listen: { path } })
  t.equal(backend.address, `unix:${path}`)
  const { message, peer } = await echo.unary({ message: 'hello' })
  t.same([message, peer], ['hello', 'unknown'])
  echo.close()
  await backend.close()
  await t.rejects(once(connect(path), 'connect'), { code: 'ENOENT' })
})

t.test('T32: connections get GOAWAY at their age, no call fails, and without an age they stay', async (t) => {
  const young = await openBackend(t, { connectionAge: { maxMs: 100 } })
  const old = await openBackend(t)
  const first = (await young.echo.unary({})).peer
  const ofOld = (await old.echo.unary({})).peer
  while ((await young.echo.unary({})).peer === first);
  t.equal((await old.echo.unary({})).peer, ofOld)
})

t.test(
  'O4.7: a changeable backend fails calls from a moment on, and no more from another one on',
  async (t) => {
    const { backend, echo } = await openBackend(t, { changeable: true })
    const constant = await openBackend(t)
    const all = { latencyMs: 0, failPercent: 100 }
    for (const one of [backend, constant.backend]) one.behave(all)
    await t.rejects(echo.unary({}), { code: status.UNAVAILABLE })
    t.match(await constant.echo.unary({}), { backendId: 'b1' }, 'another backend does not change')
    backend.behave({ ...all, failPercent: 0 })
    t.match(await echo.unary({}), { backendId: 'b1' })
    t.same([backend.calls(), constant.backend.calls()], [2, 0], 'it counts its calls')
  },
)

t.test('an IPv6 address is written in brackets', async (t) => {
  const { backend, echo } = await openBackend(t, { listen: { host: '::1', port: 0 } })
  t.match(backend.address, /^\[::1\]:\d+$/)
  t.equal((await echo.unary({ message: 'hello' })).message, 'hello')
})

t.test('an address in use is `address-in-use`, with how to fix it', async (t) => {
  const path = await socketPath(t)
  const first = await openBackend(t)
  await openBackend(t, { listen: { path } })
  const port = Number(first.backend.address.split(':')[1])
  const cases: readonly (readonly [ListenAddress, string | RegExp])[] = [
    [
      { host: '127.0.0.1', port },
      new RegExp(
        `^127.0.0.1:${port} is in use by process ${process.pid} \\(.*\\); end that process, or use port 0$`,
      ),
    ],
    [
      { path },
      `unix:${path} is in use; end the process that listens there, or remove the file if no process does`,
    ],
  ]
  for (const [listen, message] of cases) {
    await t.rejects(startBackend({ id: 'b2', listen, latencyMs: 0 }), { code: 'address-in-use', message })
  }
})

t.test('an address that cannot be bound is `invalid-argument`', async (t) => {
  const listen = { path: join(testFolder(t), 'none', 'b1.sock') }
  await t.rejects(startBackend({ id: 'b1', listen, latencyMs: 0 }), {
    code: 'invalid-argument',
    message: /^cannot listen on unix:/,
  })
})

t.test('latency is added to each call, but not to health checks', async (t) => {
  const { echo, keyValue } = await openBackend(t, { latencyMs: 300 })
  const took = async (call: () => Promise<unknown>) => {
    const begun = performance.now()
    await call()
    return performance.now() - begun
  }
  t.ok((await took(() => echo.unary({}))) >= 299, 'echo waits')
  t.ok((await took(() => keyValue.put({ key: 'a' }))) >= 299, 'key-value waits')
  const { backend } = await openBackend(t, { latencyMs: 3_600_000 })
  t.equal(await standardServices(t, backend.address).check(''), 'SERVING', 'health does not')
})

t.test('a share of the calls fails, evenly spread among the others, and no health check', async (t) => {
  const { backend, echo } = await openBackend(t, { failPercent: 30 })
  const { check } = standardServices(t, backend.address)
  const codes: (status | undefined)[] = []
  for (let call = 0; call < 10; call += 1) {
    await check('')
    await echo.unary({}).then(
      () => codes.push(status.OK),
      (error: { readonly code?: status }) => codes.push(error.code),
    )
  }
  const [ok, failed] = [status.OK, status.UNAVAILABLE]
  t.same(codes, [ok, ok, ok, failed, ok, ok, failed, ok, ok, failed])
})

t.test('O5.8: a backend logs its calls into a file, and no health checks', async (t) => {
  const to = join(testFolder(t), 'new', 'calls.log')
  const listen = { host: '127.0.0.1', port: 0 }
  const backend = await startBackend({ id: 'b7', listen, latencyMs: 0, log: { to, payloadPercent: 100 } })
  const echo = createClient(EchoService, backend.address)
  t.teardown(() => echo.close())
  await standardServices(t, backend.address).check('')
  await echo.unary({ message: 'm' })
  await backend.close()
  t.match(
    readFileSync(to, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { event: 'request', node: 'b7', payload: { message: 'm' } },
      { event: 'response', payload: { backend_id: 'b7' } },
      { event: 'call', grpcStatus: 'OK' },
    ],
  )
})

t.test('connections are counted', async (t) => {
  const { backend, echo } = await openBackend(t)
  t.same(backend.connections(), { accepted: 0, open: 0 })
  await echo.unary({})
  const other = createClient(EchoService, backend.address, {
    options: { 'grpc.use_local_subchannel_pool': 1 },
  })
  t.teardown(() => other.close())
  await other.unary({})
  t.same(backend.connections(), { accepted: 2, open: 2 })
  backend.drain()
  await echo.unary({})
  t.equal(backend.connections().accepted, 3, 'a new one after a drain')
})

t.test('bytes that are not HTTP/2 end only their own connection', async (t) => {
  const { backend, echo } = await openBackend(t)
  const port = Number(backend.address.split(':')[1])
  for (let connection = 0; connection < 100; connection += 1) {
    const socket = connect(port, '127.0.0.1')
    socket.end(randomBytes(512))
    socket.resume()
    await untilEnded(socket)
  }
  t.equal((await echo.unary({ message: 'still here' })).message, 'still here')
  t.equal(backend.drain(), 1, 'no other connection is left')
})

/** Draining is the same on both kinds of address. */
const ADDRESSES: Readonly<Record<string, (t: Test) => Promise<ListenAddress>>> = {
  TCP: async () => ({ host: '127.0.0.1', port: 0 }),
  'a Unix socket': async (t) => ({ path: await socketPath(t) }),
}

for (const [where, listen] of Object.entries(ADDRESSES)) {
  t.test(`on ${where}, a drain lets open calls go on, and serves new connections`, async (t) => {
    const { backend, echo } = await openBackend(t, { listen: await listen(t) })
    const go = Promise.withResolvers<void>()
    async function* requests() {
      yield { message: 'before' }
      await go.promise
      yield { message: 'after' }
    }
    const stream = echo.bidirectional(requests())
    t.match(await stream.next(), { value: { message: 'before' } })
    t.equal(backend.drain(), 1)
    t.equal((await echo.unary({ message: 'new' })).message, 'new')
    go.resolve()
    t.match(await stream.next(), { value: { message: 'after' } })
    t.match(await stream.next(), { done: true })
  })

  t.test(`on ${where}, a drain counts the connections since the previous drain`, async (t) => {
    const { backend, echo } = await openBackend(t, { listen: await listen(t) })
    t.equal(backend.drain(), 0)
    await echo.unary({})
    t.equal(backend.drain(), 1)
    await echo.unary({})
    const other = createClient(EchoService, backend.address, {
      options: { 'grpc.use_local_subchannel_pool': 1 },
    })
    t.teardown(() => other.close())
    await other.unary({})
    t.equal(backend.drain(), 2)
    t.equal(backend.drain(), 0)
  })
}

t.test('a drained connection gets GOAWAY: the next call uses a new one', async (t) => {
  const { backend, echo } = await openBackend(t)
  const before = await echo.unary({})
  t.equal((await echo.unary({})).peer, before.peer)
  backend.drain()
  t.not((await echo.unary({})).peer, before.peer)
})

t.test(
  'a call in progress succeeds when the backend closes; a call that takes too long is cut',
  async (t) => {
    const { backend, echo, keyValue } = await openBackend(t)
    const watch = keyValue.watch({})
    await watch.next()
    const answer = echo.unary({ message: 'last', delay: { nanos: 200_000_000 } })
    await backendHasCall(echo.bidirectional([{}]))
    const cut = t.rejects(watch.next(), { code: status.UNAVAILABLE })
    await backend.close()
    t.equal((await answer).message, 'last')
    await cut
  },
)

/** An answer on the same connection shows that the calls before it have arrived. */
async function backendHasCall(answers: AsyncGenerator<unknown>): Promise<void> {
  await answers.next()
  await answers.return(undefined)
}
