// The responses of a delta stream: which of them streams share, and what is in one only if it needs it.

import t from 'tap'
import { deltaRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { typeStateOf } from '../../test/support/stream-states.ts'
import { CLUSTER, ENDPOINT } from '../snapshot/resource-type.ts'
import { type PushContext, planPush } from '../type-state/plan-push.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { deltaRules } from './delta-stream.ts'
import { delta } from './protocol.ts'
import type { DeltaRequest } from './requests.ts'
import { createStreamState, type StreamEvent } from './stream.ts'

const latest = snapshotFor('CDS a=1 b=1 | VHDS r/a=a', 1)
const context: PushContext = {
  latest,
  target: latest,
  isStageOpen: true,
  isRemovable: () => true,
  heldBack: new Set(),
}

function draftsFor(typeState: TypeState) {
  return deltaRules.compose(typeState, planPush(typeState, context))
}

t.test('X24: streams that are sent the same resources share their responses', async (t) => {
  const [one, other] = [typeStateOf('CDS'), typeStateOf('CDS')].map(draftsFor)
  t.equal(one?.length, 1)
  t.ok(one?.[0] === other?.[0])
  const [some] = draftsFor(typeStateOf('CDS', { has: 'a=1' }))
  t.strictSame(
    some?.resources.map(({ name }) => name),
    ['b'],
  )
})

t.test('X72: a response without errors, spellings and aliases has none of them', async (t) => {
  for (const type of ['CDS', 'VHDS']) {
    const [draft] = draftsFor(typeStateOf(type))
    t.strictSame(Object.keys(draft ?? {}).sort(), ['changedResources', 'removed', 'resources', 'version'])
  }
})

t.test('X10: once the client asks for endpoints, none is kept for its first request', async (t) => {
  const ask = (typeUrl: string): StreamEvent<DeltaRequest> => ({
    kind: 'request',
    request: deltaRequest({ typeUrl, subscribe: ['a'] }),
  })
  const created = { ...createStreamState(), warmingEds: new Set(['a']) }
  t.strictSame([...delta.step(created, ask(CLUSTER)).state.warmingEds], ['a'])
  t.strictSame([...delta.step(created, ask(ENDPOINT)).state.warmingEds], [])
})
