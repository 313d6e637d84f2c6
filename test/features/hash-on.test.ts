// `hashOn` with real calls: one cookie or one address of a caller has one endpoint, and Envoy sets the cookie.

import { once } from 'node:events'
import { connect, type IncomingHttpHeaders } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { fromBinary } from '@bufbuild/protobuf'
import { EchoResponseSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t from 'tap'
import { EMPTY_GRPC_FRAME, GRPC_PREFIX_BYTES } from '../../core/grpc-framing.ts'
import { startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const PATH = `/${EchoService.typeName}/${EchoService.method.unary.name}`
/** Forty random picks of one of two endpoints are all the same less than once in a million. */
const MANY = 40

interface Caller {
  readonly cookie?: string
  /** The address that it calls from. */
  readonly from?: string
}

/** One call on a connection of its own, so that nothing of another call can decide who answers. */
async function call(address: string, { cookie, from = '127.0.0.1' }: Caller = {}) {
  const session = connect(`http://${address}`, { localAddress: from } as object)
  const stream = session.request({
    ':method': 'POST',
    ':path': PATH,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(cookie !== undefined && { cookie }),
  })
  stream.end(EMPTY_GRPC_FRAME)
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  const body = await buffer(stream)
  session.close()
  const { backendId } = fromBinary(EchoResponseSchema, body.subarray(GRPC_PREFIX_BYTES))
  return { backendId, setCookie: headers['set-cookie']?.join() }
}

/** The endpoints that answer these callers. */
async function endpointsOf(address: string, callers: readonly Caller[]): Promise<number> {
  const answers = await Promise.all(callers.map((caller) => call(address, caller)))
  return new Set(answers.map(({ backendId }) => backendId)).size
}

const times = <T>(make: (index: number) => T) => Array.from({ length: MANY }, (_, index) => make(index))

for (const policy of ['ring_hash', 'maglev']) {
  t.test(`T2: ${policy} gives one cookie one endpoint, and Envoy sets it for callers without`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1', 'b2') } }
    const cookieOf = (ttl?: string) => ({ cookie: { name: 'endpoint', path: '/', ...(ttl && { ttl }) } })
    const edge = await startEdge(t, { upstreams, lb: { policy, hashOn: cookieOf('1h') } })
    const first = await call(edge.address)
    t.match(first.setCookie, /^endpoint="[^"]+"; Max-Age=3600; Path=\/; HttpOnly$/)
    const [cookie] = first.setCookie?.split(';') ?? []
    if (cookie === undefined) return
    const again = await Promise.all(times(() => call(edge.address, { cookie })))
    t.same(new Set(again.map(({ backendId }) => backendId)), new Set([first.backendId]), 'one endpoint')
    t.ok(again.every(({ setCookie }) => setCookie === undefined))
    t.equal(
      await endpointsOf(
        edge.address,
        times((index) => ({ cookie: `endpoint=${index}` })),
      ),
      2,
    )

    await edge.serve({ upstreams, lb: { policy, hashOn: cookieOf() } })
    t.equal((await call(edge.address)).setCookie, undefined, 'without a ttl Envoy sets none')
    t.equal(
      await endpointsOf(
        edge.address,
        times(() => ({ cookie })),
      ),
      1,
    )

    await edge.serve({ upstreams, lb: { policy } })
    t.equal((await call(edge.address)).setCookie, undefined)
    t.equal(
      await endpointsOf(
        edge.address,
        times(() => ({ cookie })),
      ),
      2,
      'the twin: hashed on a header',
    )
  })

  t.test(`T2: ${policy} gives one address of callers one endpoint`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1', 'b2') } }
    const edge = await startEdge(t, { upstreams, lb: { policy, hashOn: { sourceIp: true } } })
    t.equal(
      await endpointsOf(
        edge.address,
        times(() => ({ from: '127.0.0.9' })),
      ),
      1,
    )
    t.equal(
      await endpointsOf(
        edge.address,
        times((index) => ({ from: `127.0.0.${index + 10}` })),
      ),
      2,
    )
    await edge.serve({ upstreams, lb: { policy } })
    t.equal(
      await endpointsOf(
        edge.address,
        times(() => ({ from: '127.0.0.9' })),
      ),
      2,
      'the twin',
    )
  })
}
