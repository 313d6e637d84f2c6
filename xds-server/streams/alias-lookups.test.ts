// Which names are looked for among the domains of virtual hosts, and which must not be: a stream may have ten thousand.

import t from 'tap'
import { ClosedNames } from '../../test/support/closed-names.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { pendingOf, typeStateOf } from '../../test/support/stream-states.ts'
import { NO_ALIASES } from '../type-state/responses.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { aliasesFor, askAliasesAgain, askedNames, withOwnNames, withUnreadAnswers } from './aliases.ts'

const older = snapshotFor('VHDS r/x=x', 1)
const latest = snapshotFor('VHDS r/x=x r/y=b', 2, older)

/** A type whose subscribed names nobody may go through. */
function closed(type: string, fields: Partial<TypeState> = {}): TypeState {
  const typeState = typeStateOf(type, { names: ['r/b'], requested: ['r/z'] })
  return {
    ...typeState,
    subscription: { ...typeState.subscription, names: new ClosedNames('r/b') },
    ...fields,
  }
}

const { subscription } = closed('VHDS')
const ofAll = closed('VHDS', { subscription: { ...subscription, wildcard: true } })

t.test('X90: only virtual hosts that are asked for by name, and only new ones, are looked for', async (t) => {
  const context = { latest, target: latest }
  for (const [what, typeState] of [
    ['another type', closed('EDS')],
    ['all virtual hosts', ofAll],
    ['the same virtual hosts', closed('VHDS', { pushed: latest })],
  ] as const)
    t.ok(askedNames(typeState, context) === typeState.request.names, what)
  t.ok(askedNames(closed('VHDS'), { latest, target: 'none' }).has('r/z'), 'nothing is pushed')
  const open = typeStateOf('VHDS', { names: ['r/b'] })
  t.strictSame([...askedNames({ ...open, pushed: older }, context)], ['r/b'], 'the twin')
  const elsewhere = snapshotFor('CDS a=1', 3, latest)
  t.strictSame(
    [...askedNames({ ...open, pushed: latest }, { latest: elsewhere, target: elsewhere })],
    [],
    'another type has changed',
  )
})

t.test('X90: only the names of virtual hosts are asked for again, and only by name', async (t) => {
  for (const typeState of [closed('EDS'), ofAll]) t.ok(askAliasesAgain(typeState, latest) === typeState)
  const open = typeStateOf('VHDS', { names: ['r/b'] })
  t.strictSame([...askAliasesAgain(open, latest).request.waiting], ['r/b'], 'the twin')
  t.strictSame([...askAliasesAgain({ ...open, pushed: latest }, undefined).request.waiting], ['r/b'])
  const unserved: TypeState = { ...open, pushed: 'none' }
  t.ok(askAliasesAgain(unserved, undefined) === unserved, 'no snapshot was ever served')
  t.ok(askAliasesAgain(open, older) === open, 'nothing serves the name')
})

t.test('X90: without aliases nothing is kept, so that streams share what they have', async (t) => {
  const open = typeStateOf('VHDS', { names: ['r/b'] })
  t.ok(withOwnNames(open, latest) === open)
  const known = { ...open, request: { ...open.request, aliases: new Map([['r/b', ['r/c']]]) } }
  t.ok(withOwnNames(known, latest) === known, 'the client asked for the virtual host too')
  t.strictSame(aliasesFor({ ...open, request: { ...open.request, aliases: NO_ALIASES } }, []), {})
})

t.test('X91: an unread answer is known by a name that the client keeps, in any spelling', async (t) => {
  const [kept, host] = ['xdstp://east/Routes/r/b', 'xdstp://east/Routes/r/x']
  const answer = (alias: string) => ({
    ...pendingOf('VHDS', ''),
    aliases: new Map([[host, ['xdstp://east/Routes/r/none', alias]]]),
  })
  const after = (alias: string, isNarrowed = true, names = [kept]) => {
    const hosts = typeStateOf('VHDS', { names, pending: [answer(alias)] })
    return withUnreadAnswers({ ...hosts, ledger: { ...hosts.ledger, isNarrowed } })
  }
  const { subscription, view } = after('xdstp://east/Routes/%72/b')
  t.strictSame([...subscription.names], [kept, host])
  t.strictSame([...(subscription.byAlias ?? [])], [host])
  t.strictSame([...view.overrides], [[host, { kind: 'unknown' }]])
  t.notOk(after('xdstp://east/Routes/r/c').subscription.byAlias, 'a name that it has dropped')
  t.notOk(after(kept, true, [kept, host]).subscription.byAlias, 'the client has the virtual host by its name')
  t.notOk(after(kept, false).subscription.byAlias, 'it has dropped nothing since')
})

t.test(
  'X91: only of virtual hosts that are asked for by name, pending responses are looked at',
  async (t) => {
    const pending = [new Proxy(pendingOf('VHDS', ''), { get: () => t.fail('a response is read') })]
    for (const typeState of [closed('EDS'), ofAll]) {
      const narrowed = { ...typeState, ledger: { ...typeState.ledger, pending, isNarrowed: true } }
      t.ok(withUnreadAnswers(narrowed) === narrowed)
    }
    const open = typeStateOf('VHDS', { names: ['r/b'], pending: [pendingOf('VHDS', 'r/b=b')] })
    const narrowed = { ...open, ledger: { ...open.ledger, isNarrowed: true } }
    t.ok(withUnreadAnswers(narrowed) === narrowed, 'nothing is unread, and nothing is copied')
  },
)
