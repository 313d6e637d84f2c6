// The look for missing names at step after step: what it finds anew, and what it leaves as it was.

import t from 'tap'
import { snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { testScripts } from '../../test/support/stream-script.ts'
import { streamOf, typeStateOf } from '../../test/support/stream-states.ts'
import { createSnapshot } from '../snapshot/snapshot.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { withMissing } from './missing.ts'
import { type Missing, type Step, type StreamState, withTypeState } from './stream.ts'

const SDS = typeUrlFor('SDS')

testScripts({
  'X46: a name is not missing while the client keeps its resource, and is once that goes': {
    delta: `
      serve CDS a=1 | LDS l=1:a
      ask CDS → CDS#1 a=1
      ask LDS +l → LDS#2 l=1:a
      ack 1 2
      serve CDS a=2 | LDS → CDS#3 a=2
      status → CDS STALE | LDS NOT_SENT
      ack 3 → LDS#4 -l
      status → CDS SYNCED | LDS MISSING
    `,
  },
})

/** The step to this state, in which nothing was sent. */
function stepTo(state: StreamState): Step {
  return { state, send: [], report: [] }
}

/** The state after the look, from one state to the next. */
function look(before: StreamState, state: StreamState): StreamState {
  return withMissing(before, stepTo(state)).state
}

function serve(state: StreamState, text: string): StreamState {
  const { snapshot } = state
  return { ...state, snapshot: snapshotFor(text, (snapshot?.sequence ?? 0) + 1, snapshot) }
}

function subscribe(state: StreamState, ...names: readonly string[]): StreamState {
  return withTypeState(state, typeStateOf('SDS', { names }))
}

function missingIn(state: StreamState): Pick<Missing, 'absent' | 'names'> & { dropped: readonly string[] } {
  const { absent = [], names = [], dropped = [] } = state.missing.get(SDS) ?? {}
  return { absent, names, dropped: [...dropped] }
}

t.test('X46: a step without a missing name is left as it is, and so is one that changes none', async (t) => {
  const before = streamOf('SDS a=1 | CDS a=1', typeStateOf('SDS', { names: ['a'] }), typeStateOf('CDS'))
  for (const [what, state] of [
    ['nothing changed', before],
    ['another type changed', serve(before, 'CDS a=2')],
    ['the resource changed', serve(before, 'SDS a=2')],
    ['a name that exists is new', subscribe(serve(before, 'SDS a=1 b=1'), 'a', 'b')],
    ['there is no snapshot', { ...before, snapshot: undefined }],
  ] as const) {
    const step = stepTo(state)
    t.equal(withMissing(before, step), step, what)
  }
  const lacking = look(before, subscribe(before, 'a', 'b'))
  const again = stepTo({ ...lacking, writable: false })
  t.equal(withMissing(lacking, again), again, 'a name is missing as before')
})

t.test('X46: a type is noted only as long as it lacks a name', async (t) => {
  const start = streamOf('SDS a=1', typeStateOf('SDS', { names: ['a', 'b'] }))
  const lacking = look({ ...start, snapshot: undefined }, start)
  t.same([...lacking.missing.keys()], [SDS])
  t.same([...look(lacking, serve(lacking, 'SDS a=1 b=1')).missing.keys()], [])
  t.same([...look(lacking, subscribe(lacking, 'a')).missing.keys()], [])
})

t.test('X46: a name that the client asks for beside a missing one is missing too', async (t) => {
  const start = streamOf('SDS a=1', typeStateOf('SDS', { names: ['b'] }))
  const lacking = look({ ...start, snapshot: undefined }, start)
  const { subscription, ...rest } = lacking.typeStates.get(SDS) as TypeState
  // In SotW nothing is sent for it, so only the subscription is another one.
  const more = withTypeState(lacking, { ...rest, subscription: { ...subscription, names: new Set('bc') } })
  const { state, report } = withMissing(lacking, stepTo(more))
  t.same(missingIn(state).names, ['b', 'c'])
  t.same(report, [{ kind: 'missing', typeUrl: SDS, names: ['b', 'c'] }])
})

t.test('X46: a step reports the missing names after what it reported already', async (t) => {
  const before = streamOf('SDS a=1', typeStateOf('SDS', { names: ['b'] }))
  const stale = { kind: 'stale', typeUrl: SDS, nonce: '7' } as const
  const { report } = withMissing(
    { ...before, snapshot: undefined },
    { state: before, send: [], report: [stale] },
  )
  t.same(report, [stale, { kind: 'missing', typeUrl: SDS, names: ['b'] }])
})

t.test('X46: a name that goes while it is subscribed is dropped, until it comes again', async (t) => {
  const start = streamOf('SDS a=1 b=1 c=1', typeStateOf('SDS', { names: ['a', 'b', 'x'] }))
  let state = look({ ...start, snapshot: undefined }, start)
  const steps: readonly (readonly [served: string, absent: string[], dropped: string[]])[] = [
    ['SDS a=1 b=1', ['x'], []],
    ['SDS b=1', ['x', 'a'], ['a']],
    ['SDS b=1 z=1', ['x', 'a'], ['a']],
    ['SDS', ['x', 'a', 'b'], ['a', 'b']],
    ['SDS a=1', ['x', 'b'], ['b']],
    ['SDS a=1 b=1', ['x'], []],
  ]
  for (const [served, absent, dropped] of steps) {
    state = look(state, serve(state, served))
    t.strictSame(missingIn(state), { absent, dropped, names: ['x'] }, served)
  }
})

t.test(
  'X46: a name that went while it was subscribed stays dropped when another one is asked for',
  async (t) => {
    const start = streamOf('SDS a=1', typeStateOf('SDS', { names: ['a'] }))
    const gone = look(start, serve(start, 'SDS'))
    t.strictSame(missingIn(gone), { absent: ['a'], dropped: ['a'], names: [] })
    t.strictSame(missingIn(look(gone, subscribe(gone, 'a', 'x'))), {
      absent: ['a', 'x'],
      dropped: ['a'],
      names: ['x'],
    })
  },
)

t.test('X46: the cost of a look depends on what changed, not on the number of names', async (t) => {
  const asked: string[] = []
  /** Names that tell which of them were looked for, and that nobody goes through. */
  class WatchedNames extends Set<string> {
    override has(name: string): boolean {
      asked.push(name)
      return super.has(name)
    }
    override [Symbol.iterator](): never {
      throw new Error('somebody went through all names')
    }
  }
  const names = ['a', 'b', 'x']
  const typeState = typeStateOf('SDS', { names })
  const start = streamOf('SDS a=1 b=1', typeState)
  const lacking = look({ ...start, snapshot: undefined }, start)
  const watched = new WatchedNames()
  for (const name of names) watched.add(name)
  const subscription = { ...typeState.subscription, names: watched }
  const noted = lacking.missing.get(SDS)
  if (noted === undefined) throw new Error('no name is missing')
  const before = {
    ...withTypeState(lacking, { ...typeState, subscription }),
    missing: new Map([[SDS, { ...noted, subscribed: watched }]]),
  }
  t.strictSame(missingIn(look(before, serve(before, 'SDS b=1'))).absent, ['x', 'a'])
  t.strictSame(asked, ['a'], 'one has gone')
})

t.test('X46: while the resources of a type are the same, no name is looked up again', async (t) => {
  const start = streamOf('SDS a=1 | CDS a=1', typeStateOf('SDS', { names: ['a', 'x'] }))
  const lacking = look({ ...start, snapshot: undefined }, start)
  const type = lacking.snapshot?.types.get(SDS)
  if (type === undefined) throw new Error('nothing is served')
  let lookups = 0
  const resources = Object.create(type.resources, {
    has: {
      value: (name: string) => {
        lookups += 1
        return type.resources.has(name)
      },
    },
  })
  const types = new Map([[SDS, { ...type, list: type.list, resources }]])
  const counted = { ...lacking, snapshot: createSnapshot('fleet', 7, types) }
  const noted = lacking.missing.get(SDS) as Missing
  const before = { ...counted, missing: new Map([[SDS, { ...noted, snapshot: counted.snapshot }]]) }
  lookups = 0
  const after = look(before, subscribeAgain(before))
  t.strictSame([missingIn(after).names, lookups], [['x'], 0])
})

/** The same subscription with another view, as after an answer. */
function subscribeAgain(state: StreamState): StreamState {
  const typeState = state.typeStates.get(SDS) as TypeState
  return withTypeState(state, { ...typeState, view: { ...typeState.view, hasUnlisted: false } })
}
