// Steps without effect: what they leave as it was. Most events of a stream change one type or none.

import t from 'tap'
import { deltaRequest, sotwRequest } from '../../test/support/requests.ts'
import { snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { delta, sotw } from './protocol.ts'
import type { DeltaRequest } from './requests.ts'
import { createStreamState, type StreamEvent, type StreamState } from './stream.ts'

const [CDS, EDS, LDS] = [typeUrlFor('CDS'), typeUrlFor('EDS'), typeUrlFor('LDS')]
const served = snapshotFor('CDS a=1 | EDS a=1 | LDS l=1:a', 1)

function after(state: StreamState, ...events: readonly StreamEvent<DeltaRequest>[]): StreamState {
  return events.reduce((before, event) => delta.step(before, event).state, state)
}

const request = (fields: Parameters<typeof deltaRequest>[0]) =>
  ({ kind: 'request', request: deltaRequest(fields) }) as const

/** A client that has answered everything. */
const settled = after(
  createStreamState(),
  { kind: 'snapshot', snapshot: served },
  request({ typeUrl: CDS }),
  request({ typeUrl: EDS, subscribe: ['a'] }),
  request({ typeUrl: LDS }),
  ...([CDS, EDS, LDS] as const).map((typeUrl, at) => request({ typeUrl, responseNonce: `${at + 1}` })),
)

t.test('an event that changes nothing leaves each type as it is', async (t) => {
  const events: readonly StreamEvent<DeltaRequest>[] = [
    { kind: 'blocked' },
    { kind: 'writable' },
    { kind: 'snapshot', snapshot: served },
    { kind: 'drained', nonce: '1' },
    { kind: 'resumed' },
    { kind: 'ending' },
    { kind: 'lookedUp', typeUrl: CDS, names: new Set(['a']) },
    { kind: 'heartbeat', isLate: false, typeUrl: CDS, ttlMs: 9_000 },
    request({ typeUrl: CDS, responseNonce: '7' }),
  ]
  for (const event of events) {
    const { state, send } = delta.step(settled, event)
    t.ok(state.typeStates === settled.typeStates, event.kind)
    t.strictSame(send, [])
  }
})

t.test('a snapshot with one other type leaves the content of the others as it is', async (t) => {
  const next = snapshotFor('EDS a=2', 2, served)
  const { state, send } = delta.step(settled, { kind: 'snapshot', snapshot: next })
  t.strictSame(
    send.map(({ typeUrl }) => typeUrl),
    [EDS],
  )
  for (const typeUrl of [CDS, LDS]) {
    const [before, now] = [settled, state].map(({ typeStates }) => typeStates.get(typeUrl))
    t.ok(now?.view === before?.view)
    t.ok(now?.request === before?.request)
  }
  t.ok(state.typeStates.get(EDS)?.view.base === typeIn(next, EDS))
})

t.test(
  'X14: a type that needs nothing of a snapshot stays as it is while an earlier stage is unanswered',
  async (t) => {
    const next = snapshotFor('CDS a=2', 2, served)
    const waiting = after(settled, { kind: 'snapshot', snapshot: next })
    const { state } = delta.step(waiting, { kind: 'writable' })
    t.ok(state.typeStates === waiting.typeStates)
  },
)

t.test('X15: while a removal waits, endpoints are not asked for again', async (t) => {
  const next = snapshotFor('CDS | LDS l=2:b', 2, served)
  const waiting = after(settled, { kind: 'snapshot', snapshot: next })
  const { state, send } = delta.step(waiting, { kind: 'writable' })
  t.strictSame(send, [])
  t.ok(state.typeStates.get(EDS) === waiting.typeStates.get(EDS))
})

t.test('the status of a stream that is to end compares with the newest snapshot', async (t) => {
  const next = snapshotFor('CDS a=2', 2, served)
  const state = after(settled, { kind: 'ending' }, { kind: 'snapshot', snapshot: next })
  t.ok(state.snapshot === next)
  t.ok(snapshotOf(state) === served, 'its pushes end before that')
})

function snapshotOf({ endsAt }: StreamState): Snapshot | undefined {
  return endsAt?.snapshot
}

t.test('SotW: without content, an answer and a snapshot leave the other types as they are', async (t) => {
  const events = [
    { kind: 'snapshot', snapshot: served },
    { kind: 'request', request: sotwRequest({ typeUrl: CDS }) },
    { kind: 'request', request: sotwRequest({ typeUrl: EDS, resourceNames: ['a'] }) },
    { kind: 'request', request: sotwRequest({ typeUrl: CDS, responseNonce: '1' }) },
  ] as const
  const state = events.reduce((before, event) => sotw.step(before, event).state, createStreamState())
  const { state: later, send } = sotw.step(state, { kind: 'writable' })
  t.ok(later.typeStates === state.typeStates)
  t.strictSame(send, [], 'the endpoints are not answered yet, and nothing is due')
})
