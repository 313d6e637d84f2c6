// The responses that a client has not answered, type by type.

import t from 'tap'
import { deltaRequest } from '../../test/support/requests.ts'
import { routes, staticCluster } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { CLUSTER, ROUTE } from '../snapshot/resource-type.ts'
import { delta } from '../streams/protocol.ts'
import type { DeltaRequest } from '../streams/requests.ts'
import { createStreamState, type StreamEvent } from '../streams/stream.ts'
import { unackedIn } from './unacked.ts'

t.test('a response is listed with its type until it is answered, the oldest of a type first', async (t) => {
  const cache = new SnapshotCache()
  let state = createStreamState()
  const take = (event: StreamEvent<DeltaRequest>) => {
    state = delta.step(state, event).state
    return [...unackedIn(state)].map(({ typeUrl, response }) => [typeUrl, response.nonce])
  }
  const ask = (typeUrl: string, responseNonce = '') =>
    take({
      kind: 'request',
      request: deltaRequest({ typeUrl, responseNonce, subscribe: responseNonce ? [] : ['a'] }),
    })
  cache.setSnapshot('fleet', [staticCluster('a'), routes('a', 'a')])
  t.strictSame(take({ kind: 'snapshot', snapshot: cache.getSnapshot('fleet') }), [])
  t.strictSame(ask(CLUSTER), [[CLUSTER, '1']])
  t.strictSame(ask(ROUTE), [
    [CLUSTER, '1'],
    [ROUTE, '2'],
  ])
  cache.updateSnapshot('fleet', { upsert: [staticCluster('a', 2)] })
  const snapshot = cache.getSnapshot('fleet')
  t.strictSame(take({ kind: 'snapshot', snapshot }), [
    [CLUSTER, '1'],
    [CLUSTER, '3'],
    [ROUTE, '2'],
  ])
  t.strictSame(ask(CLUSTER, '1'), [
    [CLUSTER, '3'],
    [ROUTE, '2'],
  ])
  t.strictSame(ask(ROUTE, '2'), [[CLUSTER, '3']])
})
