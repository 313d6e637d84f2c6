// What the interceptors of a client and of a server count: statuses, messages of streams, calls that nobody waits for, exemplars.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { Metadata } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { until } from '../../test/support/until.ts'
import { startBackend } from '../backend-server.ts'
import { createClient } from '../rpc/index.ts'
import { clientMetrics } from './client-metrics.ts'
import { addConnectionMetrics } from './connection-metrics.ts'
import { createRegistry, serveMetrics } from './metrics-server.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

/** A backend that serves metrics, and a client that counts too. */
async function start(t: Test) {
  const backend = await startBackend({ id: 'b1', listen: LOOPBACK, latencyMs: 0, metrics: LOOPBACK })
  const registry = createRegistry()
  const options = { interceptors: [clientMetrics(registry)] }
  const echo = createClient(EchoService, backend.address, { options })
  const keyValue = createClient(KeyValueService, backend.address, { options })
  t.teardown(async () => {
    echo.close()
    keyValue.close()
    await backend.close()
  })
  const ofServer = async () => await (await fetch(`http://${backend.metrics}/metrics`)).text()
  /** The value of a series, without labels that all calls of its method share. */
  const valueIn = (text: string, series: string) => {
    const line = text.split('\n').find((one) => one.startsWith(`${series} `))
    return line === undefined ? undefined : Number(line.split(' ')[1])
  }
  return { backend, echo, keyValue, ofServer, ofClient: () => registry.metrics(), valueIn }
}

const UNARY = 'grpc_type="unary",grpc_service="switchyard.echo.v1.EchoService",grpc_method="Unary"'
const BIDI =
  'grpc_type="bidi_stream",grpc_service="switchyard.echo.v1.EchoService",grpc_method="Bidirectional"'

t.test('O5.1: calls are counted by service, method and status, the same at both ends', async (t) => {
  const { echo, keyValue, ofServer, ofClient, valueIn } = await start(t)
  await echo.unary({ message: 'a' })
  await echo.unary({ message: 'b' })
  await t.rejects(echo.unary({ statusCode: 5, statusMessage: 'nothing here' }))
  await t.rejects(keyValue.get({ key: 'missing' }))
  for (const [side, text] of [
    ['server', await ofServer()],
    ['client', await ofClient()],
  ] as const) {
    t.equal(valueIn(text, `grpc_${side}_started_total{${UNARY}}`), 3)
    t.equal(valueIn(text, `grpc_${side}_handled_total{${UNARY},grpc_code="OK"}`), 2)
    t.equal(valueIn(text, `grpc_${side}_handled_total{${UNARY},grpc_code="NOT_FOUND"}`), 1)
    t.equal(valueIn(text, `grpc_${side}_in_progress{${UNARY}}`), 0)
    t.match(text, /handled_total\{.*KeyValueService.*NOT_FOUND"\} 1/)
  }
})

t.test('O5.2: the latency of each call is in a histogram, with an exemplar of a sampled trace', async (t) => {
  const { echo, ofServer, ofClient, valueIn } = await start(t)
  const traced = (flags: string) => {
    const metadata = new Metadata()
    metadata.set('traceparent', `00-${TRACE.replace(/^../, flags)}-00f067aa0ba902b7-${flags}`)
    return { metadata }
  }
  await echo.unary({ message: 'sampled' }, traced('01'))
  await echo.unary({ message: 'not sampled' }, traced('00'))
  await echo.unary({ message: 'no trace' })
  for (const [side, text] of [
    ['server', await ofServer()],
    ['client', await ofClient()],
  ] as const) {
    t.equal(valueIn(text, `grpc_${side}_handling_seconds_count{${UNARY}}`), 3)
    t.equal(valueIn(text, `grpc_${side}_handling_seconds_bucket{le="+Inf",${UNARY}}`), 3)
    t.match(text, new RegExp(`_bucket\\{.*\\} \\d+ # \\{trace_id="${TRACE.replace(/^../, '01')}"\\} 0\\.`))
    t.notMatch(text, TRACE.replace(/^../, '00'), 'twin: a trace that nobody keeps is no exemplar')
  }
})

t.test('O5.3: messages of streams are counted in each direction, and by stream', async (t) => {
  const { echo, ofServer, ofClient, valueIn } = await start(t)
  const requests = [{ message: '1' }, { message: '2' }, { message: '3' }]
  let answers = 0
  for await (const _ of echo.bidirectional(requests)) answers += 1
  t.equal(answers, 3)
  for await (const _ of echo.serverStream({ count: 7 })) answers += 1
  for (const [side, text] of [
    ['server', await ofServer()],
    ['client', await ofClient()],
  ] as const) {
    t.equal(valueIn(text, `grpc_${side}_msg_sent_total{${BIDI}}`), 3)
    t.equal(valueIn(text, `grpc_${side}_msg_received_total{${BIDI}}`), 3)
    const direction = side === 'server' ? 'sent' : 'received'
    t.match(text, new RegExp(`_stream_messages_sum\\{.*ServerStream",direction="${direction}"\\} 7`))
    t.notMatch(text, new RegExp(`_stream_messages_sum\\{.*ServerStream",direction="(?!${direction})`))
  }
})

t.test('a call whose client leaves has ended for the server: by its deadline, or cancelled', async (t) => {
  const { echo, ofServer, valueIn } = await start(t)
  const delay = { seconds: 60n, nanos: 0 }
  const startedIn = (text: string) => valueIn(text, `grpc_server_started_total{${UNARY}}`) ?? 0
  // On a busy machine, the deadline may pass before the call has come to the server.
  do await t.rejects(echo.unary({ delay }, { deadline: Date.now() + 300 }), { code: 4 })
  while (startedIn(await ofServer()) === 0)
  const leaving = new AbortController()
  const cancelled = echo.unary({ delay }, { signal: leaving.signal })
  const open = async () => valueIn(await ofServer(), `grpc_server_in_progress{${UNARY}}`)
  await until(async () => (await open()) === 1)
  leaving.abort()
  await t.rejects(cancelled, { code: 1 })
  await until(async () => (await open()) === 0)
  const text = await ofServer()
  const endedWith = (code: string) => valueIn(text, `grpc_server_handled_total{${UNARY},grpc_code="${code}"}`)
  // The deadline of a server begins when the call comes, so the client may leave before it.
  t.ok(Number(endedWith('CANCELLED')) >= 1)
  t.equal(Number(endedWith('CANCELLED')) + (endedWith('DEADLINE_EXCEEDED') ?? 0), startedIn(text))
})

t.test('only services that were named are counted, and only /metrics is served', async (t) => {
  const { backend, echo, ofServer } = await start(t)
  await echo.unary({ message: 'a' })
  t.match(await ofServer(), /^grpc_server_connections_open 1$/m)
  t.match(await ofServer(), /^process_cpu_seconds_total /m)
  t.equal((await fetch(`http://${backend.metrics}/`)).status, 404)
  const taken = { host: '127.0.0.1', port: Number(backend.metrics?.split(':')[1]) }
  await t.rejects(serveMetrics(createRegistry(), taken), { code: 'address-in-use' })
})

t.test(
  'O5.4: connections of a client are counted by state: open, made, failed, with their calls',
  async (t) => {
    const { backend, echo } = await start(t)
    const registry = createRegistry()
    addConnectionMetrics(registry)
    const lost = createClient(EchoService, `127.0.0.1:${await freePort()}`)
    t.teardown(() => lost.close())
    await t.rejects(lost.unary({}), { code: 14 })
    const leaving = new AbortController()
    t.teardown(() => leaving.abort())
    const requests = async function* () {
      yield { message: 'first' }
      await new Promise((resolve) => leaving.signal.addEventListener('abort', resolve))
    }
    const stream = echo.bidirectional(requests(), { signal: leaving.signal })
    await stream.next()
    // Twice: a scrape must not count again what the one before has counted.
    await registry.metrics()
    const text = await registry.metrics()
    const here = `grpc_target="${backend.address}"`
    for (const line of [
      `grpc_client_connections{${here},state="READY"} 1`,
      `grpc_client_connections{${here},state="CONNECTING"} 0`,
      `grpc_client_streams_active{${here}} 1`,
      `grpc_client_connections_made_total{${here}} 1`,
      `grpc_client_connections_failed_total{${here}} 0`,
    ]) {
      t.ok(text.split('\n').includes(line), line)
    }
    t.match(text, /^grpc_client_connections_failed_total\{grpc_target="127.0.0.1:\d+"\} [1-9]/m)
    leaving.abort()
    await t.rejects(stream.next(), { code: 1 })
  },
)
