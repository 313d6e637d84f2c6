// `filters.grpcHttp1Bridge` and `http1.trailers` with real calls over HTTP/1.1: where the status of a call is, and when messages come.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  EchoRequestSchema,
  EchoResponseSchema,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { connectEcho, type Served, startEdge, startEndpoints } from '../support/edge.ts'
import { callHttp1, isHeldBack, openHttp1Call, untilAnsweredEarly } from '../support/http1-call.ts'
import { requireTool } from '../support/requirements.ts'

const MIB = 1024 * 1024
const GRPC = { 'content-type': 'application/grpc' }
const BRIDGE = { grpcHttp1Bridge: { enabled: true } }

async function startBridge(t: Test) {
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const served = (fleet: object, rules?: Served['rules']): Served => ({
    upstreams,
    // The twins without the bridge are HTTP/1.1 too.
    listener: { http1: true },
    fleet,
    ...(rules && { rules }),
  })
  return { served, edge: await startEdge(t, served({ filters: { grpcHttp1Bridge: { enabled: false } } })) }
}

t.test(
  'T25: a call over HTTP/1.1 has its status in a header with the bridge, and none without',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { served, edge } = await startBridge(t)
    const off = await callHttp1(t, edge.address, { message: 'hello' }, GRPC)
    t.match(off, { http: 200, frames: { length: 1 } }, 'off: the message')
    t.same([off.headers['grpc-status'], off.trailers['grpc-status']], [undefined, undefined], 'and no status')

    await edge.serve(served({ filters: BRIDGE }))
    const on = await callHttp1(t, edge.address, { message: 'hello' }, GRPC)
    t.match(on, { http: 200, frames: { length: 1 }, headers: { 'grpc-status': String(status.OK) } })
    const failing = { statusCode: status.FAILED_PRECONDITION, statusMessage: 'no' }
    t.match(await callHttp1(t, edge.address, failing, GRPC), {
      frames: { length: 0 },
      headers: { 'grpc-status': String(status.FAILED_PRECONDITION), 'grpc-message': 'no' },
    })
    t.match(
      await connectEcho(t, edge.address).unary({}),
      { backendId: 'b1' },
      'calls over HTTP/2 are as before',
    )
  },
)

t.test('T25: a message may come without a frame if the switch says so', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { served, edge } = await startBridge(t)
  const send = async (plainMessages: boolean) => {
    await edge.serve(served({ filters: { grpcHttp1Bridge: { enabled: true, plainMessages } } }))
    return await fetch(`http://${edge.address}/${EchoService.typeName}/Unary`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', connection: 'close' },
      body: toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'plain' })),
    })
  }
  t.equal((await send(false)).status, 415, 'the twin')
  const answer = await send(true)
  t.equal(answer.headers.get('grpc-status'), String(status.OK))
  t.match(fromBinary(EchoResponseSchema, await answer.bytes()), { message: 'plain', backendId: 'b1' })
})

t.test('T25: the bridge holds a stream back, and a rule or trailers let it pass', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { served, edge } = await startBridge(t)
  const native = connectEcho(t, edge.address)
  const open = () => openHttp1Call(t, edge.address, 'bidirectional', GRPC)
  /** Two messages, the second of them after the answer to the first, if that comes. */
  const streamOf = async (passes: boolean) => {
    const call = open()
    if (passes) await untilAnsweredEarly(call, { message: 'one' })
    else t.ok(await isHeldBack(call, { message: 'one' }, () => native.unary({})))
    call.send({ message: 'two' })
    const { headers, trailers, frames } = await call.end()
    return { count: frames.length, header: headers['grpc-status'], trailer: trailers['grpc-status'] }
  }
  t.same(await streamOf(true), { count: 2, header: undefined, trailer: undefined }, 'off')

  await edge.serve(served({ filters: BRIDGE }))
  t.same(await streamOf(false), { count: 2, header: '0', trailer: undefined }, 'held back')

  const rules = {
    streams: { match: {}, to: { echo: 1 }, filters: { grpcHttp1Bridge: { enabled: false } } },
  }
  await edge.serve(served({ filters: BRIDGE }, rules))
  t.same(await streamOf(true), { count: 2, header: undefined, trailer: undefined }, 'a rule')

  await edge.serve(served({ http1: { trailers: true } }))
  t.same(await streamOf(true), { count: 2, header: undefined, trailer: '0' }, 'trailers')
})

t.test('T14: `connectionBuffer` is the largest answer that the bridge can hold', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { served, edge } = await startBridge(t)
  const large = { payloadSize: 3 * MIB }
  const answerWith = async (fleet: object) => {
    await edge.serve(served({ filters: BRIDGE, ...fleet }))
    const { headers, frames } = await callHttp1(t, edge.address, large, GRPC)
    return { status: Number(headers['grpc-status']), count: frames.length }
  }
  t.same(await answerWith({}), { status: status.UNKNOWN, count: 0 }, 'with the default of 1 MiB')
  t.same(await answerWith({ connectionBuffer: 4 * MIB }), { status: status.OK, count: 1 })
})
