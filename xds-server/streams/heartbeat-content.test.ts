// What a heartbeat repeats, and its version: states that scripts hardly reach.

import t from 'tap'
import { typeUrlFor } from '../../test/support/script-resources.ts'
import { pendingOf, resourcesOf, streamOf, typeStateOf } from '../../test/support/stream-states.ts'
import { ABSENT, holding, UNKNOWN } from '../type-state/held.ts'
import { subscribedIn, type TypeState } from '../type-state/type-state.ts'
import { allHeld, heartbeatFor } from './heartbeat.ts'

const CDS = typeUrlFor('CDS')
const created = typeStateOf('CDS', { has: 'a=1~9000 b=1~9000 c=1' })
const sent: TypeState = { ...created, ledger: { ...created.ledger, lastNonce: '4', ackedVersion: 'acked' } }
const [own, other] = resourcesOf('CDS', 'own=1 other=1')
if (own === undefined || other === undefined) throw new Error('no resources')

function heartbeatOf(typeState: TypeState) {
  const stream = { ...streamOf('', typeState), ttls: 'sotw' as const }
  return heartbeatFor(stream, { typeUrl: CDS, ttlMs: 9_000 }, (_, resources) => ({ resources }))
}

t.test('X32: a heartbeat has the version of the newest response, answered or not', async (t) => {
  const pending = [pendingOf('CDS', 'a=2', { version: 'v2' }), pendingOf('CDS', 'a=3', { version: 'v3' })]
  t.match(heartbeatOf(sent), { version: 'acked', nonce: '4+1', changedResources: [], removed: [] })
  t.match(heartbeatOf({ ...sent, ledger: { ...sent.ledger, pending } }), { version: 'v3' })
  t.equal(heartbeatOf(created), 'anew', 'before the first response there is nothing to repeat')
})

t.test('X32: streams that have all with a TTL share the list of its heartbeat', async (t) => {
  const heartbeat = heartbeatOf(sent)
  if (heartbeat === undefined || heartbeat === 'anew') throw new Error('no heartbeat')
  t.ok(heartbeat.resources === sent.view.base.resources.byTtl.get(9_000))
})

t.test(
  'X59: all that a client has is of its subscription, by its overrides, and ordered by name',
  async (t) => {
    t.ok(allHeld(created) === subscribedIn(created.view.base, created.subscription))
    const named = typeStateOf('CDS', {
      names: ['a', 'c', 'own'],
      has: 'a=1 b=1 c=1',
      except: { own: holding(own), other: holding(other), c: ABSENT },
    })
    t.strictSame(
      allHeld(named)?.map(({ name }) => name),
      ['a', 'own'],
    )
    t.equal(allHeld(typeStateOf('CDS', { has: 'a=1', except: { b: UNKNOWN } })), undefined, 'nobody knows')
  },
)
