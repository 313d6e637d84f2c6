// Reports of load: in the trailers of calls that end well or badly, on a stream, and nowhere by default.

import { create, fromBinary } from '@bufbuild/protobuf'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import {
  type OrcaLoadReport,
  OrcaLoadReportSchema,
} from '@envoy/xds-protos/xds/data/orca/v3/orca_load_report_pb.js'
import { OpenRcaService, OrcaLoadReportRequestSchema } from '@envoy/xds-protos/xds/service/orca/v3/orca_pb.js'
import { Client, credentials, type Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { type Backend, startBackend } from './backend-server.ts'
import { LOAD_REPORT_TRAILER, LoadReport, type LoadReportOptions, loadReportService } from './load-report.ts'
import { createClient, serviceDefinition } from './rpc/index.ts'

async function start(t: Test, load?: LoadReportOptions) {
  const listen = { host: '127.0.0.1', port: 0 }
  const backend = await startBackend({ id: 'b1', listen, latencyMs: 0, ...(load && { load }) })
  t.teardown(() => backend.close())
  return backend
}

/** The report in the trailers of one call; undefined without one. */
async function reportOfCall(t: Test, backend: Backend, statusCode = 0): Promise<OrcaLoadReport | undefined> {
  const client = new Client(backend.address, credentials.createInsecure())
  t.teardown(() => client.close())
  const { path, requestSerialize, responseDeserialize } = serviceDefinition(EchoService).unary ?? {}
  if (!path || !requestSerialize || !responseDeserialize) throw new Error('echo has a unary method')
  const { promise, resolve } = Promise.withResolvers<Metadata>()
  client
    .makeUnaryRequest(path, requestSerialize, responseDeserialize, { message: '', statusCode }, () => {})
    .on('status', ({ metadata }) => resolve(metadata))
  const [bytes] = (await promise).get(LOAD_REPORT_TRAILER)
  return bytes === undefined ? undefined : fromBinary(OrcaLoadReportSchema, bytes as Buffer)
}

t.test('P13: each call ends with a report, whether it fails or not, and by default with none', async (t) => {
  const backend = await start(t, { utilization: 0.8, namedMetrics: { queue: 0.3 } })
  const report = { applicationUtilization: 0.8, cpuUtilization: 0.8, rpsFractional: 1000 }
  t.match(await reportOfCall(t, backend), { ...report, eps: 0, namedMetrics: { queue: 0.3 } })
  t.match(await reportOfCall(t, backend, status.ABORTED), { ...report, eps: 20 })
  backend.setUtilization(0.2)
  t.match(await reportOfCall(t, backend), { applicationUtilization: 0.2 })

  t.equal(await reportOfCall(t, await start(t)), undefined, 'the twin')
})

t.test('P13: a client that asks gets a report at once, and more at its interval', async (t) => {
  const { address } = await start(t, { utilization: 0.5 })
  const client = createClient(OpenRcaService, address)
  t.teardown(() => client.close())
  const reports: number[] = []
  for await (const { applicationUtilization } of client.streamCoreMetrics({
    reportInterval: { seconds: 0n, nanos: 1_000_000 },
  })) {
    if (reports.push(applicationUtilization) === 3) break
  }
  t.same(reports, [0.5, 0.5, 0.5])
})

t.test('P13: a client that asks for reports once a month gets no flood of them', async (t) => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const { streamCoreMetrics } = loadReportService(new LoadReport({ utilization: 0.5 }))
  const end = new AbortController()
  const month = create(OrcaLoadReportRequestSchema, { reportInterval: { seconds: 2_592_000n } })
  const { signal } = end
  const reports = streamCoreMetrics(month, { signal } as Parameters<typeof streamCoreMetrics>[1])
  const iterator = reports[Symbol.asyncIterator]()
  await iterator.next()
  const second = iterator.next()
  end.abort()
  await t.rejects(second, { name: 'AbortError' })
  // Node reports a warning in a turn of its own.
  await new Promise(setImmediate)
  t.same(warnings, [], 'Node makes 1 ms of a timer that is too long, with a warning')
})

t.test('errors a second follow the share of calls that fail', async (t) => {
  const load = new LoadReport({ utilization: 1 })
  for (let call = 0; call < 1000; call++) load.count(call % 4 === 0 ? status.INTERNAL : status.OK)
  const { eps } = load.toMessage()
  t.ok(eps > 200 && eps < 300, String(eps))
})

t.test('T1: with a capacity, the utilization is that of the calls in progress', async (t) => {
  const backend = await start(t, { utilization: 0, capacity: 4 })
  t.match(await reportOfCall(t, backend), { applicationUtilization: 0.25 }, 'the call itself')
  const client = createClient(EchoService, backend.address)
  t.teardown(() => client.close())
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  async function* requests() {
    yield { message: 'hold' }
    await released
  }
  const streams = [0, 1].map(() => client.bidirectional(requests())[Symbol.asyncIterator]())
  for (const stream of streams) await stream.next()
  t.match(await reportOfCall(t, backend), { applicationUtilization: 0.75 }, 'and two streams')
  release()
  for (const stream of streams) await stream.next()
  t.match(await reportOfCall(t, backend), { applicationUtilization: 0.25 }, 'which have ended')

  const aborting = new AbortController()
  const canceled = client.bidirectional(requests(), { signal: aborting.signal })[Symbol.asyncIterator]()
  await canceled.next()
  aborting.abort()
  await canceled.next().catch(() => {})
  while ((await reportOfCall(t, backend))?.applicationUtilization !== 0.25);
  t.pass('a canceled call is no longer in progress')
})
