// Whether anything can be due to a client, and what it has answered: the questions that each event asks of a type first.

import t from 'tap'
import { snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { nackedOf, pendingOf, typeStateOf, viewOf } from '../../test/support/stream-states.ts'
import { typeIn } from '../snapshot/snapshot.ts'
import { UNKNOWN } from './held.ts'
import type { Pushed } from './pushed.ts'
import type { PendingResponse } from './responses.ts'
import {
  answeredThrough,
  awaitsOnlyErrors,
  isActive,
  isSameInLatest,
  isUpToDate,
  snapshotsInUse,
  type TypeState,
  withPushed,
} from './type-state.ts'

const CDS = typeUrlFor('CDS')
const [older, served] = [snapshotFor('CDS a=1', 1), snapshotFor('CDS a=1', 2)]
const denied = { name: 'b', code: 5, message: 'gone' }

/** A client that has all of the snapshot. */
const settled: TypeState = {
  ...typeStateOf('CDS'),
  view: { base: typeIn(served, CDS), overrides: new Map() },
  pushed: served,
}

const { request, ledger, view } = settled

/** What keeps a client from being settled. */
const OPEN: Readonly<Record<string, Partial<TypeState>>> = {
  'a first request': { request: { ...request, isFirst: true } },
  'a name that it asked for': { request: { ...request, names: new Set(['a']) } },
  'a name whose answer waits': { request: { ...request, waiting: new Set(['a']) } },
  'a name with other content': { view: { ...view, overrides: new Map([['a', UNKNOWN]]) } },
  'a NACK': { ledger: { ...ledger, nacked: [nackedOf('CDS', 'a=1')] } },
}

t.test('a client that waits for nothing and has the newest snapshot is up to date', async (t) => {
  t.equal(isUpToDate(settled, served), true)
  t.equal(isSameInLatest(settled, served), true)
  t.equal(isUpToDate({ ...settled, pushed: older }, served), false, 'another snapshot was pushed')
  t.equal(isSameInLatest({ ...settled, pushed: older }, served), true, 'it may have the same content')
  t.equal(isSameInLatest({ ...settled, view: viewOf('CDS', 'a=2') }, served), false)
  for (const [what, part] of Object.entries(OPEN)) {
    t.equal(isUpToDate({ ...settled, ...part }, served), false, what)
    t.equal(isSameInLatest({ ...settled, ...part }, served), false, what)
  }
})

t.test('a type without a subscription is not active', async (t) => {
  const { subscription } = settled
  const isActiveWith = (wildcard: boolean, ...names: readonly string[]) =>
    isActive({ ...settled, subscription: { ...subscription, wildcard, names: new Set(names) } })
  t.strictSame(
    [isActiveWith(false), isActiveWith(true), isActiveWith(false, 'a'), isActiveWith(true, 'a')],
    [false, true, true, true],
  )
})

t.test('a push that changes nothing leaves the state as it is, or moves it to the snapshot', async (t) => {
  t.ok(withPushed(settled, served) === settled)
  t.ok(withPushed(settled, 'none') === settled, 'there is nothing to move to')
  const moved = withPushed(settled, snapshotFor('EDS a=1', 3, served))
  t.ok(moved.view === view, 'its type is the same object')
  t.ok(moved.pushed !== served)
  const other = snapshotFor('CDS a=2', 4)
  t.ok(withPushed(settled, other).view.base === typeIn(other, CDS))
})

function sequenceOf(pushed: Pushed): number | 'none' {
  return pushed === 'none' ? 'none' : pushed.sequence
}

const content = pendingOf('CDS', 'a=1', { previous: older })
const removal = pendingOf('CDS', '', { previous: older, removed: ['a'], errors: [denied] })
const beside = pendingOf('CDS', 'a=1', { previous: older, errors: [denied] })
const errorsOnly = pendingOf('CDS', '', { previous: older, errors: [denied] })
const empty = pendingOf('CDS', '', { previous: older })

t.test(
  'what a client has answered ends before the first response with content that it has not',
  async (t) => {
    const through = (...pending: readonly PendingResponse[]) =>
      sequenceOf(answeredThrough({ ...settled, ledger: { ...ledger, pending } }))
    t.equal(through(), served.sequence)
    for (const one of [content, removal, beside, empty]) t.equal(through(one), older.sequence)
    t.equal(through(errorsOnly), served.sequence, 'nothing waits for the answer to errors')
    t.equal(through(errorsOnly, content), older.sequence)
    t.equal(through({ ...content, isAnswer: true }), 'none', 'before its first answer it has nothing')
    t.equal(through({ ...errorsOnly, isAnswer: true }), served.sequence)
  },
)

t.test('X74: a client awaits only errors if each of its responses has nothing else', async (t) => {
  const awaits = (...pending: readonly PendingResponse[]) =>
    awaitsOnlyErrors({ ...settled, ledger: { ...ledger, pending } })
  t.equal(awaits(), false, 'it has answered all')
  t.equal(awaits(errorsOnly, errorsOnly), true)
  for (const one of [content, removal, beside, empty]) {
    t.equal(awaits(one), false)
    t.equal(awaits(errorsOnly, one), false)
  }
})

t.test('in use are the pushed snapshot and those before un-ACKed responses', async (t) => {
  const earliest = snapshotFor('CDS', 0)
  const pending = [content, { ...content, previous: earliest }]
  const inUse = (typeState: TypeState) => snapshotsInUse(typeState).map(sequenceOf)
  t.strictSame(inUse({ ...settled, ledger: { ...ledger, pending } }), [2, 1, 0])
  t.strictSame(inUse({ ...settled, pushed: 'none' }), ['none'])
})
