// What clients do not support of a document, by what they say they are.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { grpcClientOf, lacksOf } from './lacks.ts'
import { formatSteps } from './problem.ts'

const fleet = {
  kind: 'proxyless',
  lb: { policy: 'least_request' },
  listeners: { echo: { l7: { routes: 'public' } } },
}

function lacks(name: string, userAgent: string, more: object = {}) {
  const config = sampleWith({
    'upstreams.echo': { endpoints: { b1: { address: '127.0.0.1:7101' } }, circuitBreaker: { retries: 1 } },
    'fleets.clients': { ...fleet, ...more },
  })
  return lacksOf(config, name, userAgent).map(({ steps, message }) => `${formatSteps(steps)}: ${message}`)
}

t.test('a user agent tells the client', async (t) => {
  const agents = ['gRPC Go', 'gRPC Java', 'gRPC Node Pure JS', 'gRPC C-core linux', 'envoy', 'gRPC Rust', '']
  t.same(agents.map(grpcClientOf), ['go', 'java', 'node', 'cpp', undefined, undefined, undefined])
})

const OF_ALL = 'upstreams.echo.circuitBreaker.retries: the bound of retries'

t.test('a client lacks what the switches say, whatever the others of its fleet have', async (t) => {
  t.same(lacks('clients', 'gRPC Go'), [OF_ALL])
  t.same(lacks('clients', 'gRPC Node Pure JS'), [
    'fleets.clients.lb.policy: the policy least_request, and uses round_robin instead',
    OF_ALL,
  ])
  t.same(lacks('edge', 'envoy'), [])
  t.same(lacks('unknown', 'gRPC Go'), [])
})

t.test('a client in a fleet of another kind is seen', async (t) => {
  t.same(lacks('edge', 'gRPC Go'), ['fleets.edge.kind: the resources of a fleet of Envoys'])
  t.same(lacks('clients', 'envoy'), ['fleets.clients.kind: the resources of a fleet of gRPC clients'])
  t.match(lacks('clients', 'gRPC Java', { clients: ['go'] }), [
    'fleets.clients.clients: being in this fleet, whose clients do not name Java',
    OF_ALL,
  ])
  t.same(lacks('clients', 'gRPC C-core linux', { clients: ['python'], lb: { policy: 'ring_hash' } }), [
    OF_ALL,
  ])
})
