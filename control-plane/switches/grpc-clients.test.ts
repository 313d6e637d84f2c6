// What the declarations say of gRPC clients.

import t from 'tap'
import { circuitBreaker } from './circuit-breaker.ts'
import { endpointWeight } from './endpoint-weight.ts'
import { GRPC_CLIENTS, namesOfClients, unsupported } from './grpc-clients.ts'
import { ringHash } from './lb-policies/ring-hash.ts'
import { retry } from './retry.ts'

t.test('clients are named in one order, whatever the order they come in', async (t) => {
  t.equal(namesOfClients(['python', 'go', 'cpp']), 'C++, Go and Python')
  t.equal(namesOfClients(['go', 'node']), 'Go and Node')
  t.equal(namesOfClients(['node']), 'Node')
})

t.test('what nobody supports names every client', async (t) => {
  t.same(
    unsupported('x').map(({ client }) => client),
    GRPC_CLIENTS,
  )
  t.same(unsupported('x', { unless: 'y' }, ['go']), [{ client: 'go', what: 'x', unless: 'y' }])
})

const ALL = { policy: 'round_robin' }
const placesOf = (found: ReturnType<typeof unsupported> = []) => [
  ...new Set(found.map(({ steps = [], what }) => `${steps.join('.')} ${what}`)),
]

t.test('P10: of a circuit breaker, gRPC clients know the bound of requests only', async (t) => {
  t.same(placesOf(circuitBreaker.unsupportedBy?.({ requests: 5 }, ALL)), [], 'the accepted twin')
  const found = circuitBreaker.unsupportedBy?.({ requests: 5, pending: 1, retries: 2, connections: 3 }, ALL)
  t.same(placesOf(found), [
    'connections the bound of connections',
    'pending the bound of pending',
    'retries the bound of retries',
  ])
})

t.test('P8: of retries, gRPC clients know five conditions and four retries', async (t) => {
  const known = ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'] as const
  t.same(placesOf(retry.unsupportedBy?.({ enabled: true, attempts: 4, on: known }, ALL)), [])
  const found = retry.unsupportedBy?.({ enabled: true, attempts: 5, on: ['unavailable', 'reset'] }, ALL)
  t.same(placesOf(found), ['on.1 the condition reset', 'attempts any retry after the first 4'])
})

t.test('P3: gRPC clients look at the weights of endpoints on a ring only', async (t) => {
  t.same(placesOf(endpointWeight.unsupportedBy?.(2, { policy: 'ring_hash' })), [])
  t.same(placesOf(endpointWeight.unsupportedBy?.(1, ALL)), [], 'a weight of 1 is what all have')
  t.same(placesOf(endpointWeight.unsupportedBy?.(2, ALL)), [' the weight of an endpoint under round_robin'])
})

t.test('P12: a ring beyond the cap of gRPC is said', async (t) => {
  t.same(placesOf(ringHash.unsupportedBy?.({ minimumRingSize: 4096 })), [])
  t.same(placesOf(ringHash.unsupportedBy?.({ minimumRingSize: 4097 })), [' a ring of more than 4096 points'])
})
