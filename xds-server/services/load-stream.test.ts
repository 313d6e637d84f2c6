// A stream of load reports without a transport: who reports, what may be reported, and how the stream ends.

import { mock } from 'node:test'
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  LoadStatsRequestSchema,
  LoadStatsResponseSchema,
} from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { HandServer } from '../../test/support/hand-call.ts'
import { SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import { type LoadEvent, LoadReports } from '../load-reports/load-reports.ts'
import type { XdsEvent } from '../nodes/events.ts'
import type { Authorize } from './authorize.ts'
import { limitsOf, type StreamLimits } from './limits.ts'
import { addLoadService } from './load-service.ts'
import { OpenStreams } from './open-streams.ts'

const PATH = '/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats'
const NODE = { id: 'n1', cluster: 'fleet', userAgentName: 'gRPC Node Pure JS' }
const ONE = { clusterStats: [{ clusterName: 'a' }] }

interface Options {
  readonly isInterested?: boolean
  readonly authorize?: Authorize
  readonly limits?: StreamLimits
}

function serve({ isInterested = true, authorize = () => undefined, limits }: Options = {}) {
  const cache = new SnapshotCache()
  const serving = servingOf(cache)
  const faults: XdsEvent[] = []
  cache.onEvent((event) => faults.push(event))
  const loads = new LoadReports({ clusters: ['a'] })
  const events: LoadEvent[] = []
  loads.onEvent((event) => events.push(event))
  const streams = new OpenStreams(limitsOf(limits), serving.events, 60_000)
  const server = new HandServer()
  addLoadService(server.server, streams, { serving, authorize, ...(isInterested && { loads }) })
  const open = () => {
    const call = server.open(PATH)
    const send = (request: MessageInitShape<typeof LoadStatsRequestSchema>) =>
      call.receive(toBinary(LoadStatsRequestSchema, create(LoadStatsRequestSchema, request)))
    const received = () => call.sent.splice(0).map((bytes) => fromBinary(LoadStatsResponseSchema, bytes))
    return { call, send, received }
  }
  return { loads, events, faults, streams, open }
}

t.test('X39: a node introduces itself, gets the settings, and reports', async (t) => {
  const { loads, events, streams, open } = serve()
  const { call, send, received } = open()
  send({ node: NODE })
  t.match(received(), [{ clusters: ['', 'a'], loadReportingInterval: { seconds: 10n } }])
  send(ONE)
  send({})
  t.match(events, [
    {
      kind: 'opened',
      node: 'n1',
      group: 'fleet',
      stream: { id: 1, peer: '10.0.0.1:1', openedAt: /^20.*Z$/ },
    },
    { kind: 'reported', clusters: [{ cluster: 'a' }] },
    { kind: 'reported', clusters: [] },
  ])
  t.equal(events.length, 3, 'the first request is no report')
  loads.configure({ intervalMs: 1_000 })
  t.match(received(), [{ loadReportingInterval: { seconds: 1n } }])
  t.equal(streams.disconnect('fleet', 'n1'), 1)
  t.equal(call.ends, 1)
  t.equal(events.at(-1)?.kind, 'closed')
  t.equal(streams.count, 0)
  open().send({ node: NODE })
  t.match(events.at(-1), { kind: 'opened', stream: { id: 2 } })
})

t.test('X39: a first request with counts continues an earlier stream', async (t) => {
  const { events, open } = serve()
  open().send({ node: NODE, ...ONE })
  t.match(events, [{ kind: 'opened' }, { kind: 'reported', clusters: [{ cluster: 'a' }] }])
})

t.test('X39: a server that wants no reports takes them without an answer', async (t) => {
  const { events, faults, streams, open } = serve({ isInterested: false })
  const { call, send } = open()
  send({ node: NODE })
  send(ONE)
  t.strictSame([events, faults, call.sent, call.errors], [[], [], [], []])
  t.equal(streams.disconnect('fleet', 'n1'), 1)
})

for (const ending of ['cancelled', 'error', 'close', 'end']) {
  t.test(`X39: nothing is left of a stream after "${ending}"`, async (t) => {
    const { loads, events, streams, open } = serve()
    const { call, send, received } = open()
    send({ node: NODE })
    received()
    call.emit(ending)
    call.emit('close')
    t.equal(call.ends, ending === 'end' ? 1 : 0)
    t.strictSame(
      events.map(({ kind }) => kind),
      ['opened', 'closed'],
    )
    t.equal(streams.count, 0)
    loads.configure({ intervalMs: 1_000 })
    send(ONE)
    t.strictSame(received(), [])
    t.equal(events.length, 2)
  })
}

t.test('X84: a listener of "opened" may end the stream', async (t) => {
  const { loads, events, streams, open } = serve()
  loads.onEvent(({ kind }) => {
    if (kind === 'opened') streams.disconnect('fleet', 'n1')
  })
  const { call, send } = open()
  send({ node: NODE, ...ONE })
  t.strictSame(
    events.map(({ kind }) => kind),
    ['opened', 'closed'],
  )
  t.strictSame([call.sent, call.errors], [[], []])
})

t.test('X39: a node has to say who it is, and be allowed to', async (t) => {
  const { faults, streams, open } = serve({ authorize: () => 'not you' })
  const [stranger, nobody] = [open(), open()]
  stranger.send({ node: NODE })
  t.match(stranger.call.errors, [{ code: status.PERMISSION_DENIED, details: 'not you' }])
  nobody.send(ONE)
  t.match(nobody.call.errors, [{ code: status.INVALID_ARGUMENT, details: /has no node/ }])
  t.strictSame(
    faults.map(({ kind }) => kind),
    ['rejected', 'rejected'],
  )
  t.equal(streams.count, 0)
})

t.test('X39: a report has up to 4 MiB', async (t) => {
  const { open } = serve()
  const { call, send } = open()
  send({ node: NODE })
  // An unknown field of any length.
  const sized = (bytes: number) =>
    Buffer.concat([Buffer.of(0xfa, 0x01), varint(bytes - 6), Buffer.alloc(bytes - 6)])
  t.equal(sized(4_194_304).length, 4_194_304)
  call.receive(sized(4_194_304))
  t.strictSame(call.errors, [])
  call.receive(sized(4_194_305))
  t.strictSame(call.errors, [
    {
      code: status.RESOURCE_EXHAUSTED,
      details: 'the report has 4194305 bytes, and the limit is 4194304: report fewer clusters',
    },
  ])
})

/** A length in four bytes. */
function varint(length: number): Buffer {
  return Buffer.of(
    (length & 127) | 128,
    ((length >> 7) & 127) | 128,
    ((length >> 14) & 127) | 128,
    length >> 21,
  )
}

t.test('X39: a report that cannot be read, or is invalid, ends its stream', async (t) => {
  const { faults, open } = serve()
  const [broken, invalid] = [open(), open()]
  broken.call.receive(Buffer.of(255))
  t.match(broken.call.errors, [
    { code: status.INVALID_ARGUMENT, details: /^the request cannot be decoded: / },
  ])
  invalid.send({ node: NODE, clusterStats: [{ clusterName: '' }] })
  t.match(invalid.call.errors, [
    { code: status.INVALID_ARGUMENT, details: /^(?!the request).*cluster_name is empty/ },
  ])
  t.strictSame(
    faults.map(({ kind }) => kind),
    ['rejected', 'rejected'],
  )
})

t.test('X39: reports that come far too often end their stream', async (t) => {
  const { loads, open } = serve()
  loads.configure({ intervalMs: 3_600_000 })
  const { call, send } = open()
  send({ node: NODE })
  for (let report = 0; report < 9; report += 1) send(ONE)
  t.strictSame(call.errors, [], 'a burst is allowed')
  send(ONE)
  const details = 'the reports come too often: keep to load_reporting_interval'
  t.strictSame(call.errors, [{ code: status.RESOURCE_EXHAUSTED, details }])
})

t.test('X36: an error of a listener is a fault of the server', async (t) => {
  const { faults, open } = serve({
    authorize: () => {
      throw new Error('broken')
    },
  })
  const { call, send } = open()
  send({ node: NODE })
  t.match(call.errors, [{ code: status.INTERNAL, details: /to serve this stream/ }])
  t.match(faults, [{ kind: 'fault', source: 'authorize', message: /^the stream of load reports of 10/ }])
})

t.test('X85: a stream beyond a limit is not served', async (t) => {
  const { events, open } = serve({ limits: { streams: 1 } })
  open()
  const { call, send } = open()
  send({ node: NODE })
  t.match(call.errors, [{ code: status.RESOURCE_EXHAUSTED }])
  t.strictSame(events, [])
})

t.test('a stream ends if its first request does not come in time', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const { open } = serve()
  const [silent, introduced] = [open(), open()]
  introduced.send({ node: NODE })
  for (let part = 0; part < 4; part += 1) mock.timers.tick(15_000)
  t.match(silent.call.errors, [{ code: status.DEADLINE_EXCEEDED }])
  t.strictSame(introduced.call.errors, [])
})
