// `hashOn` by a query, by a value of a filter, and by a list, with real calls: one key has one endpoint.

import { once } from 'node:events'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { fromBinary } from '@bufbuild/protobuf'
import { EchoResponseSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t, { type Test } from 'tap'
import { EMPTY_GRPC_FRAME, GRPC_PREFIX_BYTES } from '../../core/grpc-framing.ts'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { type Served, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const PATH = `/${EchoService.typeName}/${EchoService.method.unary.name}`
/** Forty random picks of one of two endpoints are all the same less than once in a million. */
const MANY = 40
const FAILED = 'failed'

interface Call {
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The endpoint that answers. */
async function answerOn(session: ClientHttp2Session, { query = '', headers = {} }: Call): Promise<string> {
  const stream = session.request({
    ':method': 'POST',
    ':path': PATH + query,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  })
  stream.end(EMPTY_GRPC_FRAME)
  const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  const body = await buffer(stream)
  if (answer['grpc-status'] !== undefined) return FAILED
  return fromBinary(EchoResponseSchema, body.subarray(GRPC_PREFIX_BYTES)).backendId
}

/** Makes many calls, each on a connection of its own or all on one. @returns who answered, each once */
async function answers(address: string, callOf: (index: number) => Call, onOneConnection = false) {
  const sessions = Array.from({ length: onOneConnection ? 1 : MANY }, () => connect(`http://${address}`))
  const ids = await Promise.all(
    Array.from({ length: MANY }, (_, index) =>
      answerOn(sessions[index % sessions.length] as ClientHttp2Session, callOf(index)),
    ),
  )
  for (const session of sessions) session.close()
  return new Set(ids)
}

const BOTH = new Set(['b1', 'b2'])

async function start(t: Test, served: Omit<Served, 'upstreams'>) {
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1', 'b2') } }
  const edge = await startEdge(t, { upstreams, ...served })
  const serve = (next: Omit<Served, 'upstreams'>) => edge.serve({ upstreams, ...next })
  return { address: edge.address, serve }
}

for (const policy of ['ring_hash', 'maglev']) {
  t.test(
    `T2: ${policy} gives one value of a query one endpoint, which gets the path without it`,
    async (t) => {
      if (!requireTool(t, 'envoy')) return
      const { address, serve } = await start(t, { lb: { policy, hashOn: { query: 'tenant' } } })
      t.equal((await answers(address, () => ({ query: '?tenant=a' }))).size, 1)
      t.same(await answers(address, (index) => ({ query: `?tenant=${index}` })), BOTH)
      await serve({ lb: { policy } })
      t.same(
        await answers(address, () => ({ query: '?tenant=a' })),
        new Set([FAILED]),
        'the twin: servers of gRPC do not find a method with a query',
      )
    },
  )
}

t.test('T2: all calls of a connection have one endpoint by filters.filterState', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const lb = { policy: 'ring_hash', hashOn: { filterState: 'caller' } }
  const filters = (enabled: boolean) => ({
    lb,
    fleet: { filters: { filterState: { enabled, values: { caller: { from: 'connection' } } } } },
  })
  const { address, serve } = await start(t, filters(true))
  t.equal((await answers(address, () => ({}), true)).size, 1, 'one connection')
  t.same(await answers(address, () => ({})), BOTH, 'many connections')
  await serve(filters(false))
  t.same(await answers(address, () => ({}), true), BOTH, 'the twin: no filter sets the value')
})

t.test('T2: all calls with tokens of one subject have one endpoint', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const issuer = await TokenIssuer.create('https://issuer.test', 'ES256')
  const main = { issuer: issuer.issuer, audiences: ['echo'], jwks: { inline: issuer.keySet } }
  const serving = (hashOn: object) => ({
    lb: { policy: 'maglev', hashOn },
    jwt: { main },
    fleet: {
      security: { jwt: { enabled: true, anyOf: ['main'] } },
      filters: { filterState: { enabled: true, values: { subject: { token: 'main', claim: 'sub' } } } },
    },
  })
  const { address, serve } = await start(t, serving({ filterState: 'subject' }))
  const tokenOf = async (subject: string, index: number) => {
    const token = await issuer.sign({ subject, audience: 'echo', lifetime: 600 + index })
    return { headers: { authorization: `Bearer ${token}` } }
  }
  const ofOne = await Promise.all(Array.from({ length: MANY }, (_, index) => tokenOf('alice', index)))
  const ofMany = await Promise.all(
    Array.from({ length: MANY }, (_, index) => tokenOf(`user-${index}`, index)),
  )
  t.equal((await answers(address, (index) => ofOne[index] ?? {})).size, 1)
  t.same(await answers(address, (index) => ofMany[index] ?? {}), BOTH)
  await serve(serving({ header: 'authorization' }))
  t.same(await answers(address, (index) => ofOne[index] ?? {}), BOTH, 'the twin: tokens differ')
})

t.test('T2: a terminal thing of a list ends it for the calls that have it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const hashOn = (terminal: boolean) => [{ cookie: { name: 'session' }, terminal }, { header: 'x-user' }]
  const { address, serve } = await start(t, { lb: { policy: 'ring_hash', hashOn: hashOn(true) } })
  const withBoth = (index: number) => ({ headers: { cookie: 'session=s', 'x-user': `user-${index}` } })
  t.equal((await answers(address, withBoth)).size, 1, 'the cookie decides')
  t.equal((await answers(address, () => ({ headers: { 'x-user': 'alice' } }))).size, 1, 'else the header')
  t.same(await answers(address, (index) => ({ headers: { 'x-user': `user-${index}` } })), BOTH)
  await serve({ lb: { policy: 'ring_hash', hashOn: hashOn(false) } })
  t.same(await answers(address, withBoth), BOTH, 'the twin: both are hashed')
})
