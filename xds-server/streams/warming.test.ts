// Which endpoints follow the clusters that were sent.

import t from 'tap'
import { typeUrlFor } from '../../test/support/script-resources.ts'
import { pendingOf, streamOf, typeStateOf } from '../../test/support/stream-states.ts'
import type { Resource } from '../snapshot/resource.ts'
import { UNKNOWN } from '../type-state/held.ts'
import type { Response } from '../type-state/responses.ts'
import type { StreamState } from './stream.ts'
import { resendEdsForWarming } from './warming.ts'

const EDS = typeUrlFor('EDS')
const started = typeStateOf('CDS')
const reconnected = typeStateOf('CDS', { except: { a: UNKNOWN } })
const endpoints = typeStateOf('EDS', { names: ['a', 'secret', 'x'] })

/** A response with the cluster a, which also refers to a secret. */
const response: Response = {
  ...pendingOf('CDS', 'a=1 b=1'),
  changedResources: pendingOf('CDS', 'a=1 b=1').resources.map(
    (one): Resource => ({
      ...one,
      references: [...one.references, { typeUrl: typeUrlFor('SDS'), name: 'secret', askedBy: [] }],
    }),
  ),
}

const requestedIn = ({ typeStates }: StreamState) => [...(typeStates.get(EDS)?.request.names ?? [])]

t.test(
  'X10: the endpoints that the client subscribes to follow, and nothing else that clusters refer to',
  async (t) => {
    const stream = streamOf('', started, endpoints)
    t.strictSame(requestedIn(resendEdsForWarming(stream, started, [response])), ['a'])
    t.strictSame(requestedIn(resendEdsForWarming(stream, started, [])), [])
    const asked = streamOf('', started, typeStateOf('EDS', { names: ['a', 'x'], requested: ['x'] }))
    t.strictSame(requestedIn(resendEdsForWarming(asked, started, [response])), ['x', 'a'])
  },
)

t.test('X10: gRPC keeps its endpoints', async (t) => {
  const stream: StreamState = { ...streamOf('', started, endpoints), client: 'grpc' }
  t.ok(resendEdsForWarming(stream, started, [response]) === stream)
})

t.test(
  'X10: before the first request for endpoints, a client that reconnects is to be sent them',
  async (t) => {
    const fresh = streamOf('', started)
    t.ok(resendEdsForWarming(fresh, started, [response]) === fresh, 'one that starts asks for them')
    const { warmingEds } = resendEdsForWarming({ ...fresh, warmingEds: new Set(['z']) }, reconnected, [
      response,
    ])
    t.strictSame([...warmingEds], ['z', 'a', 'b'])
  },
)
