// Too many connections, or too much memory: Envoy rejects what exceeds its limits, and serves the rest.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { DEFAULT_LIMITS } from '../../envoy-bootstrap/overload.ts'
import { startBackendProcess } from '../support/backend-process.ts'
import { startEdge } from '../support/edge.ts'
import { withoutStreamLimits } from '../support/limits-off.ts'
import { connectRaw } from '../support/raw-call.ts'
import { openStalledConnection } from '../support/stalled-connection.ts'

const KIB = 1024
const MIB = 1024 * KIB
const RESETS = 'envoy.overload_actions.reset_high_memory_stream.count'
const UNARY = `/${EchoService.typeName}/Unary`
const BIDIRECTIONAL = `/${EchoService.typeName}/Bidirectional`

t.test('S55: Envoy closes connections over its limit, and serves the open ones', async (t) => {
  const { address } = await startBackendProcess(t, 'b1')
  const upstreams = { echo: { endpoints: { b1: { address } } } }
  const edge = await startEdge(t, { upstreams }, { ...DEFAULT_LIMITS, maxConnections: 5 })
  const connections = Array.from({ length: 5 }, () => connectRaw(t, edge.address))
  const call = async (connection = connectRaw(t, edge.address)) =>
    (await connection.call({ path: UNARY })).status
  for (const connection of connections) t.equal(await call(connection), status.OK, 'within the limit')
  t.equal(await call(), status.UNAVAILABLE, 'the sixth connection')
  for (const connection of connections)
    t.equal(await call(connection), status.OK, 'the earlier connections still work')
  t.equal(await edge.envoy.admin.ready(), 'LIVE', 'the admin answers')

  connections[0]?.hangUp()
  while ((await call()) !== status.OK) {
    // The Envoy has not yet seen that the connection is gone.
  }
  t.pass('twin: after one connection closes, a new one is accepted')
})

t.test('S55: an Envoy with a full heap resets the streams that fill it, and keeps serving', async (t) => {
  const { address } = await startBackendProcess(t, 'b1')
  const served = { upstreams: { echo: { endpoints: { b1: { address } } } }, edit: withoutStreamLimits }
  const edge = await startEdge(t, served, { ...DEFAULT_LIMITS, maxHeapBytes: 128 * MIB })
  const raw = connectRaw(t, edge.address)
  const call = async () => (await raw.call({ path: UNARY })).status
  const resets = async () => (await edge.envoy.admin.stats('reset_high_memory_stream.count')).get(RESETS) ?? 0
  const message = toBinary(
    EchoRequestSchema,
    create(EchoRequestSchema, { message: 'x'.repeat(64 * KIB), payloadSize: 64 * KIB }),
  )
  const stall = async (streams: number, bytes: number) => {
    const attack = { path: BIDIRECTIONAL, streams, message, bytes }
    return (await openStalledConnection(t, edge.address, attack)).settled(() => edge.envoy.admin.ready())
  }
  await stall(6, MIB)
  t.equal(await call(), status.OK, 'served while the heap is small')
  t.equal(await resets(), 0, 'twin: streams with 6 MiB stay open')

  // Envoy resets at most 50 streams each time the pressure changes, so more of them could keep the heap full.
  await stall(40, 30 * MIB)
  while ((await resets()) === 0) {
    // Envoy checks its heap four times a second.
  }
  while ((await call()) !== status.OK) {
    // From 95 % of the heap on, new calls get UNAVAILABLE, until the memory is free again.
  }
  t.pass('served again')
})
