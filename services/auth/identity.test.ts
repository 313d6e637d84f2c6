// The identity check of the server, and a client that renews its token and repeats a denied call.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { type Interceptor, Metadata, Server, type ServerInterceptor, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { DrainingListener } from '../draining-listener.ts'
import { echoService } from '../echo.ts'
import { addService, createClient, RpcStatusError } from '../rpc/index.ts'
import { retryUnauthenticated, withToken } from './client-interceptors.ts'
import { requireIdentity } from './server-interceptors.ts'
import { RenewedToken, type Token } from './token-source.ts'

const UNARY = `/${EchoService.typeName}/Unary`

interface Pair {
  /** Called with the `authorization` of each call. The call fails with what it throws. */
  readonly check?: (authorization: unknown) => void
  readonly server?: readonly ServerInterceptor[]
  readonly client?: readonly Interceptor[]
}

async function openPair(t: Test, { check = () => {}, server = [], client = [] }: Pair) {
  const grpc = new Server({ interceptors: [...server] })
  const echo = echoService('b1')
  addService(grpc, EchoService, {
    ...echo,
    unary: async (request, context) => {
      check(context.metadata.get('authorization')[0])
      return echo.unary(request, context)
    },
  })
  const listener = new DrainingListener(grpc)
  const address = await listener.listen({ host: '127.0.0.1', port: 0 })
  const echoClient = createClient(EchoService, address, { options: { interceptors: [...client] } })
  t.teardown(async () => {
    echoClient.close()
    await listener.close(0)
  })
  return echoClient
}

t.test(
  'O6.6, O6.7: a method with a rule requires an identity from a trusted proxy and one of its roles',
  async (t) => {
    const identity = { 'x-auth-subject': 'alice', 'x-auth-roles': 'user,admin' }
    const cases = [
      { title: 'a role that is needed', headers: identity, code: status.OK },
      { title: 'no identity', headers: {}, code: status.UNAUTHENTICATED },
      {
        title: 'roles without a subject',
        headers: { 'x-auth-roles': 'admin' },
        code: status.UNAUTHENTICATED,
      },
      {
        title: 'other roles',
        headers: { ...identity, 'x-auth-roles': 'user' },
        code: status.PERMISSION_DENIED,
      },
      {
        title: 'a role in another',
        headers: { ...identity, 'x-auth-roles': 'admins' },
        code: status.PERMISSION_DENIED,
      },
      {
        title: 'a client that bypasses the proxy',
        headers: identity,
        trusted: false,
        code: status.UNAUTHENTICATED,
      },
    ]
    for (const { title, headers, trusted = true, code } of cases) {
      const server = [requireIdentity({ roles: { [UNARY]: ['admin'] }, trusts: () => trusted })]
      const echo = await openPair(t, { server })
      const found = await echo.unary({}, { metadata: Metadata.fromHttp2Headers(headers) }).then(
        () => status.OK,
        (error: RpcStatusError) => error.code,
      )
      t.equal(found, code, title)
      const streamed = []
      for await (const answer of echo.serverStream({ count: 2 })) streamed.push(answer)
      t.equal(streamed.length, 2, 'a method without a rule')
    }
  },
)

t.test('a subject header that occurs twice gives no identity', async (t) => {
  const server = [requireIdentity({ roles: { [UNARY]: ['admin'] }, trusts: () => true })]
  const echo = await openPair(t, { server })
  const metadata = Metadata.fromHttp2Headers({ 'x-auth-subject': 'alice', 'x-auth-roles': 'admin' })
  metadata.add('x-auth-subject', 'bob')
  await t.rejects(echo.unary({}, { metadata }), { code: status.UNAUTHENTICATED })
})

/** Tokens `t1`, `t2`, … that end after `lifetime`, by a clock that the test turns. */
function tokensOf(lifetime: number) {
  const clock = { now: 0 }
  let fetched = 0
  const fetch = async (): Promise<Token> => {
    fetched += 1
    return { value: `t${fetched}`, expiresAt: clock.now + lifetime }
  }
  const source = new RenewedToken(fetch, { renewAheadMs: 10, now: () => clock.now })
  return { clock, source, fetched: () => fetched }
}

t.test('O6.5: all callers share one fetch of a token, which is renewed before it expires', async (t) => {
  const { clock, source, fetched } = tokensOf(100)
  t.same(await Promise.all([source.get(), source.get()]), ['t1', 't1'])
  clock.now = 89
  t.equal(await source.get(), 't1')
  t.equal(fetched(), 1, 'not yet')
  clock.now = 90
  t.equal(await source.get(), 't1', 'no call waits for the renewal')
  t.equal(await source.get(), 't2')
  clock.now = 1_000
  t.equal(await source.get(), 't3', 'an expired token is not sent')
})

t.test('a failed renewal keeps the valid token and is retried', async (t) => {
  let now = 0
  let answers = [{ value: 't1', expiresAt: 100 }, undefined, { value: 't2', expiresAt: 200 }]
  const source = new RenewedToken(
    async () => {
      const [next, ...rest] = answers
      answers = rest
      if (next === undefined) throw new Error('the issuer is away')
      return next
    },
    { renewAheadMs: 10, now: () => now },
  )
  await source.get()
  now = 95
  t.equal(await source.get(), 't1')
  t.equal(await source.get(), 't1')
  await new Promise(setImmediate)
  t.equal(await source.get(), 't1', 'after the failure, this call fetches the token again')
  t.equal(await source.get(), 't2')
})

function denyUnless(good: string) {
  const seen: unknown[] = []
  return {
    seen,
    check: (authorization: unknown) => {
      seen.push(authorization)
      if (authorization !== `Bearer ${good}`) throw new RpcStatusError(status.UNAUTHENTICATED, 'no')
    },
  }
}

t.test('O6.6: a rejected token is sent once, and the call is repeated with a new one', async (t) => {
  const { source } = tokensOf(100)
  const { seen, check } = denyUnless('t2')
  const client = [retryUnauthenticated(source), withToken(source)]
  const echo = await openPair(t, { check, client })
  t.equal((await echo.unary({ message: 'hi' })).message, 'hi')
  t.same(seen, ['Bearer t1', 'Bearer t2'])
  t.equal((await echo.unary({})).backendId, 'b1')
  t.equal(seen.at(-1), 'Bearer t2', 'the new token stays')
})

t.test('a call fails after two denials, or after one without the interceptor', async (t) => {
  const { source } = tokensOf(100)
  const { seen, check } = denyUnless('another')
  const echo = await openPair(t, { check, client: [retryUnauthenticated(source), withToken(source)] })
  await t.rejects(echo.unary({}), { code: status.UNAUTHENTICATED })
  t.same(seen, ['Bearer t1', 'Bearer t2'])
  const plain = await openPair(t, { check, client: [withToken(source)] })
  await t.rejects(plain.unary({}), { code: status.UNAUTHENTICATED })
  t.equal(seen.length, 3)
})

t.test('a call that fails for another reason is not repeated', async (t) => {
  const { source } = tokensOf(100)
  let calls = 0
  const check = () => {
    calls += 1
    throw new RpcStatusError(status.PERMISSION_DENIED, 'no')
  }
  const echo = await openPair(t, { check, client: [retryUnauthenticated(source), withToken(source)] })
  await t.rejects(echo.unary({}), { code: status.PERMISSION_DENIED })
  t.equal(calls, 1)
})
