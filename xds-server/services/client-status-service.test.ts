// CSDS without a transport: which clients an answer has, who may see them, and how calls end.

import { mock } from 'node:test'
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  ClientStatusRequestSchema,
  ClientStatusResponseSchema,
} from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { HandCall, HandServer } from '../../test/support/hand-call.ts'
import { HandStream } from '../../test/support/hand-stream.ts'
import { staticCluster } from '../../test/support/resources.ts'
import { SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import type { Authorize } from './authorize.ts'
import { addClientStatusService } from './client-status-service.ts'
import { limitsOf, type StreamLimits } from './limits.ts'
import { OpenStreams } from './open-streams.ts'

const SERVICE = '/envoy.service.status.v3.ClientStatusDiscoveryService'
const FETCH = `${SERVICE}/FetchClientStatus`
const STREAM = `${SERVICE}/StreamClientStatus`

type Request = MessageInitShape<typeof ClientStatusRequestSchema>

const encode = (request: Request = {}) =>
  toBinary(ClientStatusRequestSchema, create(ClientStatusRequestSchema, request))
const decode = (bytes: Buffer) => fromBinary(ClientStatusResponseSchema, bytes).config
const idsIn = (bytes: Buffer) => decode(bytes).map(({ node }) => node?.id)
const idMatcher = (value: string): Request => ({
  nodeMatchers: [{ nodeId: { matchPattern: { case: 'exact', value } } }],
})

/** Two clients, each with a cluster, and the service. */
function serve(authorize: Authorize = () => undefined, limits?: StreamLimits) {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [staticCluster('a')])
  const served = cache.getSnapshot('fleet')?.types.get(CLUSTER)?.resources.get('a')
  for (const id of ['n1', 'n2']) {
    const stream = new HandStream(cache, { id, cluster: 'fleet' })
    stream.resources = [{ typeUrl: CLUSTER, name: 'a', state: 'stale', served, acked: undefined }]
  }
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  const serving = servingOf(cache)
  const streams = new OpenStreams(limitsOf(limits), serving.events, 60_000)
  const server = new HandServer()
  addClientStatusService(server.server, { serving, messages: cache.messages, authorize, open: streams })
  return { server, events, streams, fetch: (request?: Request) => server.call(FETCH, encode(request)) }
}

t.test('P22: the one method has a request and an answer, the other streams of them', async (t) => {
  const { server } = serve()
  t.match(server.methods.get(FETCH)?.method, { requestStream: false, responseStream: false })
  t.match(server.methods.get(STREAM)?.method, { requestStream: true, responseStream: true })
  t.equal(server.methods.size, 2)
})

t.test('P22: an answer has the clients that the request means, with their resources', async (t) => {
  const { fetch } = serve()
  t.strictSame(idsIn(await fetch()), ['n1', 'n2'])
  t.strictSame(idsIn(await fetch(idMatcher('n2'))), ['n2'])
  t.strictSame(idsIn(await fetch(idMatcher('n3'))), [])
  const xdsConfig = { typeUrl: CLUSTER }
  t.match(decode(await fetch()), [{ genericXdsConfigs: [{ name: 'a', xdsConfig }] }, {}])
  const [client] = decode(await fetch({ excludeResourceContents: true }))
  t.match(client?.genericXdsConfigs, [{ name: 'a', xdsConfig: undefined }])
})

t.test('P22: a peer sees the clients that it may', async (t) => {
  const { events, server, fetch } = serve(({ uris }, { id }) => (uris.includes(id) ? undefined : `not ${id}`))
  const asN2 = await server.call(FETCH, encode(), new HandCall({ names: 'URI:n2' }))
  t.strictSame(idsIn(asN2), ['n2'])
  t.strictSame(events, [])
  await t.rejects(fetch(), { code: status.PERMISSION_DENIED, details: 'not n1' })
  t.match(events, [{ kind: 'rejected', peer: '10.0.0.1:1', code: status.PERMISSION_DENIED }])
  t.strictSame(idsIn(await fetch(idMatcher('n3'))), [], 'there is nobody to hide')
})

t.test('P22: a request that cannot be read is rejected, and an option that throws is a fault', async (t) => {
  const { server } = serve()
  await t.rejects(server.call(FETCH, Buffer.of(255)), {
    code: status.INVALID_ARGUMENT,
    details: /^the request cannot be decoded/,
  })
  const broken = serve(() => {
    throw new Error('broken')
  })
  await t.rejects(broken.fetch(), {
    code: status.INTERNAL,
    details: 'the xDS server failed to answer this request: see its "fault" event',
  })
  const message = 'a request for client status of 10.0.0.1:1 failed: authorize threw: broken'
  t.match(broken.events, [{ kind: 'fault', source: 'authorize', message }])
})

t.test('P22: a stream answers each request', async (t) => {
  const { server, streams, events } = serve()
  const call = server.open(STREAM)
  call.receive(encode())
  call.receive(encode(idMatcher('n1')))
  t.strictSame(call.sent.map(idsIn), [['n1', 'n2'], ['n1']])
  t.equal(streams.count, 1)
  call.receive(Buffer.of(255))
  t.match(call.errors, [{ code: status.INVALID_ARGUMENT }])
  t.match(events, [{ kind: 'rejected' }])
  t.equal(streams.count, 0)
})

for (const ending of ['cancelled', 'error', 'close', 'end']) {
  t.test(`P22: nothing is left of a stream after "${ending}"`, async (t) => {
    const { server, streams } = serve()
    const call = server.open(STREAM)
    call.emit(ending)
    t.equal(streams.count, 0)
    t.equal(call.ends, ending === 'end' ? 1 : 0)
  })
}

t.test('X83: a stream ends in its turn', async (t) => {
  const { server, streams } = serve()
  const call = server.open(STREAM)
  await streams.drain(10, 5)
  t.equal(call.ends, 1)
  t.equal(streams.count, 0)
})

t.test('X85: a stream beyond a limit is not served', async (t) => {
  const { server } = serve(undefined, { streams: 1 })
  server.open(STREAM)
  const call = server.open(STREAM)
  call.receive(encode())
  t.match(call.errors, [{ code: status.RESOURCE_EXHAUSTED }])
  t.strictSame(call.sent, [])
})

t.test('a stream ends if its first request does not come in time', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const { server } = serve()
  const [silent, heard] = [server.open(STREAM), server.open(STREAM)]
  heard.receive(encode())
  for (let part = 0; part < 4; part += 1) mock.timers.tick(15_000)
  t.match(silent.errors, [{ code: status.DEADLINE_EXCEEDED }])
  t.strictSame(heard.errors, [])
})
