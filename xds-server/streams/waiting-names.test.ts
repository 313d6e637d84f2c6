// Names whose answer waits, in states that scripts hardly reach: what is looked up, and what a push answers.

import t from 'tap'
import { snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { streamOf, typeStateOf } from '../../test/support/stream-states.ts'
import { NO_ALIASES } from '../type-state/responses.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { withTypeState } from './stream.ts'
import { lookUpAbsent, sortRequested } from './waiting.ts'

const CDS = typeUrlFor('CDS')
const NONE: ReadonlySet<string> = new Set()

t.test('X64: a request that asks for nothing absent leaves the state as it is', async (t) => {
  const asked = streamOf('CDS a=1', typeStateOf('CDS', { names: ['a'], requested: ['a'] }))
  t.ok(lookUpAbsent(asked, asked, typeUrlFor('EDS')).state === asked, 'no such type')
  const started = streamOf('CDS a=1')
  t.strictSame(lookUpAbsent(started, asked, CDS), { state: asked })
  t.ok(lookUpAbsent(started, asked, CDS).state === asked)
})

t.test('X64: a name that had to be answered before the request is not looked up by it', async (t) => {
  const before = streamOf('CDS a=1', typeStateOf('CDS', { names: ['z'], requested: ['z'] }))
  const after = withTypeState(before, typeStateOf('CDS', { names: ['y', 'z'], requested: ['z', 'y'] }))
  const { state, lookUp } = lookUpAbsent(before, after, CDS)
  t.strictSame([...(lookUp?.names ?? [])], ['y'])
  const { names, waiting } = state.typeStates.get(CDS)?.request ?? { names: NONE, waiting: NONE }
  t.strictSame([[...names], [...waiting]], [['z'], ['y']])
})

/** What a push answers, and what still waits. */
function sorted(
  type: string,
  waiting: string,
  served: string,
  context: { target: string; heldBack: string },
) {
  const created = typeStateOf(type, { names: [waiting] })
  const open: TypeState = { ...created, request: { ...created.request, waiting: new Set([waiting]) } }
  const latest = snapshotFor(served, 1)
  const { request } = sortRequested({ ...streamOf(served, open) }, open, {
    latest,
    target: snapshotFor(context.target, 2),
    isStageOpen: false,
    heldBack: new Set([context.heldBack]),
  })
  return { answered: [...request.names], waits: [...request.waiting], aliases: request.aliases }
}

t.test(
  'X89: a name that waited is answered once its stage is reached, also if others of it are held back',
  async (t) => {
    const reached = { target: 'CDS a=1', heldBack: 'a' }
    t.match(
      sorted('CDS', 'a', 'CDS a=1', reached),
      { answered: ['a'], waits: [] },
      'the client has nothing yet',
    )
    t.match(sorted('CDS', 'a', 'CDS a=2', reached), { answered: [], waits: ['a'] }, 'it is not reached')
  },
)

t.test('X77: a collection that waited is answered when all of it is reached', async (t) => {
  const [all, one, other] = ['xdstp://a/C/f/*', 'xdstp://a/C/f/x', 'xdstp://a/C/f/y']
  const served = `CDS ${one}=1 ${other}=1`
  const partly = sorted('CDS', all, served, { target: `CDS ${one}=1`, heldBack: '' })
  t.match(partly, { answered: [], waits: [all] })
  t.match(sorted('CDS', all, served, { target: served, heldBack: '' }), { answered: [all], waits: [] })
  t.ok(partly.aliases === NO_ALIASES)
})

t.test('X90: virtual hosts that are asked for by their own names need no sorting', async (t) => {
  const open = typeStateOf('VHDS', { names: ['r/a'], requested: ['r/a'] })
  const latest = snapshotFor('VHDS r/a=a', 1)
  const context = { latest, target: latest, isStageOpen: true, heldBack: NONE }
  t.ok(sortRequested(streamOf('VHDS r/a=a', open), open, context) === open)
})
