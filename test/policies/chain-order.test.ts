// The HTTP filter chain: its order in the listener, and orders that would let a caller skip a check.

import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { Authorization } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { Server, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import type { Fleet } from '../../control-plane/document/model.ts'
import { HTTP_FILTERS, inOrder } from '../../control-plane/switches/http-filters.ts'
import { toListener } from '../../control-plane/translate/listener.ts'
import { DrainingListener } from '../../services/draining-listener.ts'
import { addService } from '../../services/rpc/index.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'

const LISTENER = { port: 10000, l7: { routes: 'public' } }
const LB = { mode: 'l7', policy: 'round_robin' } as const
const PROVIDER = {
  issuer: 'i',
  audiences: ['a'],
  jwks: { upstream: 'issuer', path: '/k' },
  claims: { 'x-user': 'sub' },
}

function chainOf(security: NonNullable<Fleet['security']>) {
  const listener = toListener('main', LISTENER, { lb: LB, security }, { jwt: { main: PROVIDER } })
  const filter = listener.filterChains[0]?.filters[0]?.configType
  if (filter?.case !== 'typedConfig') throw new Error('no typed config')
  return anyUnpack(filter.value, HttpConnectionManagerSchema)?.httpFilters.map(({ name }) => name)
}

t.test('with all switches on, the filters have the order of the list', async (t) => {
  const security = {
    jwt: { enabled: true, anyOf: ['main'] },
    opa: { enabled: true, upstream: 'authorizer' },
    rbac: { enabled: true, rules: { blue: { headers: { 'x-tenant': 'blue' } } } },
  }
  t.same(chainOf(security), [
    'envoy.filters.http.query_denial',
    'envoy.filters.http.header_mutation',
    'envoy.filters.http.jwt_authn',
    'envoy.filters.http.token_denial',
    'envoy.filters.http.listed_tokens',
    'envoy.filters.http.ext_authz',
    'envoy.filters.http.header_to_metadata',
    'envoy.filters.http.rbac',
    'envoy.filters.http.router',
  ])
})

t.test('a switch that is off has no filter, and clients still cannot set its headers', async (t) => {
  t.same(chainOf({ jwt: { enabled: false, anyOf: ['main'] } }), [
    'envoy.filters.http.query_denial',
    'envoy.filters.http.header_mutation',
    'envoy.filters.http.router',
  ])
})

t.test('every other order would let a caller skip a check, and is rejected', async (t) => {
  for (const [index] of HTTP_FILTERS.entries()) {
    const moved = HTTP_FILTERS.toSpliced(index, 1)
    for (let at = 0; at <= moved.length; at += 1) {
      const filter = HTTP_FILTERS[index]
      const order = filter === undefined ? moved : moved.toSpliced(at, 0, filter)
      const names = order.map(({ name }) => name).join(' → ')
      if (at === index) t.doesNotThrow(() => inOrder(order), names)
      else t.throws(() => inOrder(order), { code: 'internal' }, names)
    }
  }
  t.throws(
    () => inOrder(HTTP_FILTERS.slice(0, -1)),
    { code: 'internal' },
    'a chain without the router at its end',
  )
})

/** An authorizer that records requests, and denies calls with the header x-deny. */
async function startAuthorizer(t: Test) {
  const asked: string[] = []
  const server = new Server()
  addService(server, Authorization, {
    check: async ({ attributes }) => {
      const { headers = {}, headerMap } = attributes?.request?.http ?? {}
      const names = [...Object.keys(headers), ...(headerMap?.headers ?? []).map(({ key }) => key)]
      asked.push(names.join())
      return { status: { code: names.includes('x-deny') ? status.PERMISSION_DENIED : status.OK } }
    },
  })
  const listener = new DrainingListener(server)
  t.teardown(() => listener.close(0))
  return { asked, address: await listener.listen({ host: '127.0.0.1', port: 0 }) }
}

t.test('JWT runs before OPA, OPA before RBAC, and RBAC before the services', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const authorizer = await startAuthorizer(t)
  const edge = await startSecuredEdge(t, {
    upstreams: { authorizer: { endpoints: { a: { address: authorizer.address } } } },
    security: {
      jwt: { enabled: true, anyOf: ['main'] },
      opa: { enabled: true, upstream: 'authorizer', timeout: '5s' },
      rbac: { enabled: true, rules: { blue: { headers: { 'x-tenant': 'blue' } } } },
    },
  })
  const authorization = `Bearer ${await edge.token()}`
  /** How many calls reached each of the three; the services come last. */
  const asked = async () => {
    const stats = await edge.envoy.admin.stats('http\\.main\\.rbac\\.(allowed|denied)$')
    const rules = [...stats.values()].reduce((sum, count) => sum + count, 0)
    return [authorizer.asked.length, rules, edge.seen.length]
  }
  const statusWith = async (headers: Record<string, string>) => (await edge.call({ headers })).status

  t.equal(await statusWith({ 'x-tenant': 'blue' }), 16, 'no token')
  t.same(await asked(), [0, 0, 0], 'a call that JWT denies goes no further')
  t.equal(await statusWith({ authorization, 'x-tenant': 'blue', 'x-deny': '1' }), 7, 'OPA denies it')
  t.same(await asked(), [1, 0, 0], 'a call that OPA denies goes no further')
  t.equal(await statusWith({ authorization }), 7, 'no rule matches')
  t.same(await asked(), [2, 1, 0], 'a call that RBAC denies goes no further')
  t.equal(await statusWith({ authorization, 'x-tenant': 'blue' }), 0, 'the accepted twin')
  t.same(await asked(), [3, 2, 1])
})
