// The chain of filters: its order in what is sent, and lists in which a caller could skip a check.

import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import t from 'tap'
import { HTTP_FILTERS, inOrder } from '../../control-plane/switches/http-filters.ts'
import { toListener } from '../../control-plane/translate/listener.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'

const LISTENER = { port: 10000, l7: { routes: 'public' } }
const LB = { mode: 'l7', policy: 'round_robin' } as const
const PROVIDER = {
  issuer: 'i',
  audiences: ['a'],
  jwks: { upstream: 'issuer', path: '/k' },
  claims: { 'x-user': 'sub' },
}

function chainOf(security: Parameters<typeof toListener>[2]['security'] & object) {
  const listener = toListener('main', LISTENER, { lb: LB, security }, { jwt: { main: PROVIDER } })
  const filter = listener.filterChains[0]?.filters[0]?.configType
  if (filter?.case !== 'typedConfig') throw new Error('no typed config')
  return anyUnpack(filter.value, HttpConnectionManagerSchema)?.httpFilters.map(({ name }) => name)
}

t.test('with all on, the chain has the order of the list', async (t) => {
  const security = {
    jwt: { enabled: true, anyOf: ['main'] },
    rbac: { enabled: true, rules: { blue: { headers: { 'x-tenant': 'blue' } } } },
  }
  t.same(chainOf(security), [
    'envoy.filters.http.header_mutation',
    'envoy.filters.http.jwt_authn',
    'envoy.filters.http.header_to_metadata',
    'envoy.filters.http.rbac',
    'envoy.filters.http.router',
  ])
})

t.test('what is off is not in the chain, and its headers stay out of the hands of clients', async (t) => {
  t.same(chainOf({ jwt: { enabled: false, anyOf: ['main'] } }), [
    'envoy.filters.http.header_mutation',
    'envoy.filters.http.router',
  ])
})

t.test('every order but that of the list lets a caller skip a check, and is refused', async (t) => {
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
    'a chain without routing at its end',
  )
})

t.test('a call that JWT refuses reaches no service, and one with a token does', async (t) => {
  const edge = await startSecuredEdge(t, { security: { jwt: { enabled: true, anyOf: ['main'] } } })
  t.equal((await edge.call()).status, 16)
  t.equal(edge.seen.length, 0)
  const authorization = `Bearer ${await edge.token()}`
  const answer = await edge.call({ headers: { authorization } })
  t.equal(answer.status, 0, answer.details)
  t.equal(edge.seen.length, 1)
})
