// `accessLog` with real calls: the lines that Envoy writes into a file and to standard output, and no line if it is off.

import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { startOtlpReceiver } from '../../testbed/otlp/receiver.ts'
import { connectEcho, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const { OK, NOT_FOUND } = status
/** Envoy's flag of a call that its caller has reset. */
const GIVEN_UP = '"flags":"DR"'
const SAMPLED = 400
/** When a caller gives up. A call that has not come to Envoy by then has no line. */
const PATIENCE_MS = 2_000

interface Call {
  /** Written into the user agent, which is in each line. */
  readonly mark: string
  readonly statusCode?: status
  readonly delayMs?: number
  readonly timeoutMs?: number
}

/** A caller on a connection of its own: an old connection keeps its log until Envoy has drained it. */
function callerAt(t: Test, address: string) {
  const client = connectEcho(t, address)
  return async ({ mark, statusCode = OK, delayMs = 0, timeoutMs }: Call) => {
    const metadata = Metadata.fromHttp2Headers({ 'x-mark': mark })
    const options = { metadata, ...(timeoutMs !== undefined && { deadline: Date.now() + timeoutMs }) }
    await client.unary({ message: '', statusCode, delay: durationFromMs(delayMs) }, options).catch(() => {})
  }
}

/** The lines of a file with a mark, once there is one with the last mark: Envoy writes in the order in which calls ended. */
async function linesUntil(file: string, last: string): Promise<string[]> {
  let changed = Promise.withResolvers<void>()
  const watcher = watch(dirname(file), () => changed.resolve())
  try {
    for (;;) {
      changed = Promise.withResolvers()
      const text = await readFile(file, 'utf8').catch(() => '')
      const lines = text.split('\n').slice(0, -1)
      if (lines.some((line) => line.includes(last))) return lines
      await changed.promise
    }
  } finally {
    watcher.close()
  }
}

t.test('T26: access logs', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const upstreams = { echo: { endpoints } }
  const folder = testFolder(t)
  const fields = { mark: '%REQ(X-MARK)%', status: '%GRPC_STATUS(SNAKE_STRING)%', took: '%DURATION%' }
  const edge = await startEdge(t, { upstreams })
  const serve = (accessLog: object, lb?: object) =>
    edge.serve({ upstreams, fleet: { accessLog }, ...(lb && { lb }) })
  const fileIn = (name: string) => join(folder, `${name}.log`)
  /** Serves a log of marks into a file of its own, and returns the file with a new caller. */
  const serveFile = async (name: string, settings: object = {}) => {
    const file = { path: fileIn(name), fields, ...settings }
    await serve({ enabled: true, file })
    return { path: file.path, call: callerAt(t, edge.address) }
  }
  const marksIn = async (path: string, last: string) =>
    (await linesUntil(path, last)).map((line) => String(JSON.parse(line).mark))

  await t.test('T26: one line a call with gRPC status, and none if it is off', async (t) => {
    const path = fileIn('calls')
    const file = { path }
    await serve({ enabled: false, file })
    const unlogged = callerAt(t, edge.address)
    for (let call = 0; call < 5; call++) await unlogged({ mark: 'off' })

    await serve({ enabled: true, file })
    const logged = callerAt(t, edge.address)
    for (const statusCode of [OK, NOT_FOUND, OK]) await logged({ mark: 'on', statusCode })
    await logged({ mark: 'on', delayMs: 60_000, timeoutMs: PATIENCE_MS })
    const lines = (await linesUntil(path, GIVEN_UP)).map((line) => JSON.parse(line))
    t.same(
      lines.map(({ grpcStatus }) => grpcStatus),
      ['OK', 'NOT_FOUND', 'OK', null],
      'a line a call, and none of the five before; a caller that gave up got no status',
    )
    t.match(lines[0], {
      path: '/switchyard.echo.v1.EchoService/Unary',
      httpStatus: 200,
      upstream: 'echo',
      endpoint: endpoints.b1?.address,
      attempts: 1,
      rule: 'all',
      durationMs: Number,
      requestId: /^[\da-f-]{36}$/,
    })
    t.equal(new Set(lines.map(({ caller }) => caller)).size, 1, 'all by one connection')
  })

  await t.test('T26: a collector of OpenTelemetry gets a record a call, and none if it is off', async (t) => {
    const receiver = await startOtlpReceiver()
    t.teardown(() => receiver.close())
    const collector = { endpoints: { c1: { address: receiver.address } } }
    const serveTo = (enabled: boolean) =>
      edge.serve({
        upstreams: { ...upstreams, collector },
        fleet: { accessLog: { enabled, openTelemetry: { upstream: 'collector', fields } } },
      })
    await serveTo(false)
    await callerAt(t, edge.address)({ mark: 'off' })
    await serveTo(true)
    const call = callerAt(t, edge.address)
    for (const statusCode of [OK, NOT_FOUND]) await call({ mark: 'on', statusCode })
    const records = await receiver.untilRecords(({ length }) => length >= 2)
    t.match(
      records.map(({ attributes }) => attributes),
      [
        { mark: 'on', status: 'OK', took: /^\d+$/ },
        { mark: 'on', status: 'NOT_FOUND', took: /^\d+$/ },
      ],
    )
    t.match(records[0]?.resource, { node_name: 'edge-1' })
  })

  await t.test('T26: our own line of text, and a line of the person', async (t) => {
    const texts = await serveFile('texts', { fields: undefined, format: 'text' })
    await texts.call({ mark: '', statusCode: NOT_FOUND })
    t.match(await linesUntil(texts.path, 'NOT_FOUND'), [
      /^\S+Z NOT_FOUND \/switchyard\.echo\.v1\.EchoService\/Unary \d+ms from 127\.0\.0\.1:\d+ to echo /,
    ])
    const own = { fields: undefined, format: 'text', line: '%GRPC_STATUS_NUMBER% %REQ(X-MARK)%' }
    const lines = await serveFile('lines', own)
    await lines.call({ mark: 'own', statusCode: NOT_FOUND })
    t.same(await linesUntil(lines.path, 'own'), [`${NOT_FOUND} own`])
  })

  await t.test('T26: standard output has the lines too', async (t) => {
    await serve({ enabled: true, stdout: { fields } })
    await callerAt(t, edge.address)({ mark: 'printed', statusCode: NOT_FOUND })
    const lines = await linesUntil(edge.envoy.logFile, 'printed')
    const line = lines.find((one) => one.includes('printed')) ?? ''
    t.match(JSON.parse(line), { mark: 'printed', status: 'NOT_FOUND' })
  })

  await t.test('T26: only errors, only slow calls, and a sample', async (t) => {
    const errors = await serveFile('errors', { only: { errors: true } })
    await errors.call({ mark: 'good' })
    await errors.call({ mark: 'bad', statusCode: NOT_FOUND })
    await errors.call({ mark: 'good' })
    await errors.call({ mark: 'given up', delayMs: 60_000, timeoutMs: PATIENCE_MS })
    t.same(await marksIn(errors.path, 'given up'), ['bad', 'given up'], 'errors')

    const slow = await serveFile('slow', { only: { slowerThan: '400ms' } })
    await slow.call({ mark: 'quick' })
    await slow.call({ mark: 'slow', delayMs: 500 })
    t.ok((await linesUntil(slow.path, 'slow')).every((line) => JSON.parse(line).took >= 400))

    const sample = await serveFile('sample', { only: { errors: true, sample: 25 } })
    await Promise.all(Array.from({ length: SAMPLED }, () => sample.call({ mark: 'sampled' })))
    await sample.call({ mark: 'last', statusCode: NOT_FOUND })
    const { sampled = 0, last } = tallyOf(await marksIn(sample.path, 'last'))
    // Six standard deviations.
    t.ok(Math.abs(sampled - SAMPLED * 0.25) <= 6 * Math.sqrt(SAMPLED * 0.25 * 0.75), `25 %: ${sampled}`)
    t.equal(last, 1, 'an error is logged, whatever the sample')
  })

  await t.test("T26: a listener's own log holds instead of the fleet's", async (t) => {
    const path = fileIn('listeners')
    const [main, quiet] = [Number(edge.address.split(':').at(-1)), await freePort()]
    const l7 = { routes: ['all'] }
    const listeners = {
      main: { port: main, l7 },
      quiet: { port: quiet, l7, accessLog: { enabled: false } },
    }
    await edge.serve({
      upstreams,
      fleet: { listeners, accessLog: { enabled: true, file: { path, fields } } },
    })
    await callerAt(t, `127.0.0.1:${quiet}`)({ mark: 'quiet' })
    await callerAt(t, edge.address)({ mark: 'main' })
    t.same(await marksIn(path, 'main'), ['main'])
  })

  await t.test('T26: in mode l4 a line a connection', async (t) => {
    const path = fileIn('connections')
    await serve({ enabled: true, file: { path } }, { mode: 'l4' })
    const client = connectEcho(t, edge.address)
    for (let call = 0; call < 3; call++) await client.unary({ message: '' })
    client.close()
    const [line = '', ...others] = await linesUntil(path, 'echo')
    t.same(others, [], 'three calls, one line')
    t.match(JSON.parse(line), { upstream: 'echo', endpoint: endpoints.b1?.address, bytesIn: Number })
  })

  await t.test('T26: what Envoy cannot log is NACKed, and the same log without it is not', async (t) => {
    const path = fileIn('nacked')
    await t.rejects(serve({ enabled: true, file: { path, fields: { a: '%NO_SUCH%' } } }), /NO_SUCH/)
    await serve({ enabled: true, file: { path, fields } })
    await callerAt(t, edge.address)({ mark: 'accepted' })
    t.same(await marksIn(path, 'accepted'), ['accepted'])
  })
})
