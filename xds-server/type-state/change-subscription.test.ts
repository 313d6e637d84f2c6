// What a change of a subscription does to what the client has.

import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { pendingOf, typeStateOf, viewOf } from '../../test/support/stream-states.ts'
import { withSubscription } from './change-subscription.ts'
import { NO_NAMES, subscribeToChange } from './subscription.ts'
import type { TypeState } from './type-state.ts'
import { heldIn } from './view.ts'

const POOL = 'xdstp://east/envoy.config.cluster.v3.Cluster/pool'

/** The state after a request that subscribes (`+a`) and unsubscribes (`-a`). */
function changed(typeState: TypeState, ...words: readonly string[]): TypeState {
  const after = (sign: string) =>
    shareList(words.filter((word) => word.startsWith(sign)).map((word) => word.slice(1)))
  const request = { subscribe: after('+'), unsubscribe: after('-'), first: false }
  const change = subscribeToChange(typeState.subscription, request, true)
  return withSubscription(typeState, change, NO_NAMES)
}

function kindOf({ view, request }: TypeState, name: string): string {
  return heldIn(view, name, request.added).kind
}

const pending = [pendingOf('CDS', `a=1 b=1 ${POOL}/p=1`)]

t.test(
  'X91: a client that drops a name and asks for it again may have it by a response on its way',
  async (t) => {
    const before = typeStateOf('CDS', { names: ['a', 'b', `${POOL}/*`], pending })
    t.equal(kindOf(changed(changed(before, '-a'), '+a'), 'a'), 'unknown')
    t.equal(kindOf(changed(changed(before, `-${POOL}/*`), `+${POOL}/*`), `${POOL}/p`), 'unknown')
    t.equal(kindOf(changed(changed(before, '-a'), '+c'), 'c'), 'absent', 'a name that nothing carries')
    t.equal(kindOf(changed(changed(changed(before, '-a'), '+c'), '+a'), 'a'), 'unknown', 'after another name')
    const all = { ...before, subscription: { ...before.subscription, names: NO_NAMES, wildcard: true } }
    t.equal(kindOf(changed(changed(all, '-*'), '+b'), 'b'), 'unknown', 'after the wildcard')
  },
)

t.test('X91: it has nothing under a name that a later response removes', async (t) => {
  const removing = pendingOf('CDS', '', { nonce: '2', removed: ['a'] })
  const before = typeStateOf('CDS', { names: ['a', 'b'], pending: [...pending, removing] })
  const after = changed(changed(before, '-a', '-b'), '+a', '+b')
  t.equal(kindOf(after, 'a'), 'absent')
  t.equal(kindOf(after, 'b'), 'unknown')
})

t.test('X91: nor under a name that it asks for after it has answered', async (t) => {
  const before = typeStateOf('CDS', { names: ['a'], has: 'a=1' })
  const dropped = changed(before, '-a')
  const asked = changed({ ...dropped, ledger: { ...dropped.ledger, pending } }, '+a')
  t.equal(kindOf(asked, 'a'), 'absent')
})

t.test('X91: it has what it was sent under a name that it asks for again without dropping it', async (t) => {
  const before = typeStateOf('CDS', { names: ['a', 'b'], has: 'a=1 b=1', pending })
  t.equal(kindOf(changed(changed(before, '-a'), '+b'), 'b'), 'resource')
})

t.test('the pending responses of a client that only adds names are not looked through', async (t) => {
  const [response] = pending
  const resources = new Proxy(pendingOf('CDS', 'a=1').resources, {
    get: () => t.fail('the resources are read'),
  })
  const before = typeStateOf('CDS', { names: ['a'], pending: response ? [{ ...response, resources }] : [] })
  const after = changed(before, '+b')
  t.same([...after.request.added], ['b'])
  t.equal(after.view, before.view, 'what the client has stays the same object')
})

t.test('what a client has is not changed by what it drops', async (t) => {
  const before = typeStateOf('CDS', { names: ['a'], has: 'a=1', pending })
  t.same(changed(before, '-a').view, viewOf('CDS', 'a=1'))
})
