// What the names of a stream cost: names of all types, in bytes of UTF-8, and versions that a client reports.

import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { snapshotOf } from '../../test/support/script-resources.ts'
import { CLUSTER, ENDPOINT } from '../snapshot/resource-type.ts'
import { NO_LOAD, reportedLoad, subscribedLoad, sum } from './name-load.ts'
import { delta, sotw } from './protocol.ts'
import { createStreamState } from './stream.ts'

const asked = (typeUrl: string, ...names: string[]) => ({
  typeUrl,
  subscribe: shareList(names),
  unsubscribe: shareList<string>([]),
  initialResourceVersions: new Map<string, string>(),
  responseNonce: '',
})

t.test('X86: names of all types count, the wildcard does not', async (t) => {
  const take = (state: ReturnType<typeof createStreamState>, request: ReturnType<typeof asked>) =>
    delta.step(state, { kind: 'request', request }).state
  const clusters = take(createStreamState(), asked(CLUSTER, '*'))
  t.strictSame(subscribedLoad(clusters), NO_LOAD)
  const both = take(take(clusters, asked(ENDPOINT, 'ab', '€')), asked(CLUSTER, 'c'))
  t.strictSame(subscribedLoad(both), { names: 3, bytes: 6 })
  t.strictSame(
    subscribedLoad(take(both, asked(ENDPOINT, 'ab'))),
    { names: 3, bytes: 6 },
    'a name counts once',
  )
})

t.test('X86: a list that replaces another counts alone', async (t) => {
  const list = (...names: string[]) => ({
    typeUrl: ENDPOINT,
    versionInfo: '',
    responseNonce: '',
    resourceNames: shareList(names),
  })
  const first = sotw.step(createStreamState(), { kind: 'request', request: list('a', 'bb') }).state
  t.strictSame(subscribedLoad(first), { names: 2, bytes: 3 })
  const second = sotw.step(first, { kind: 'request', request: list('ccc') }).state
  t.strictSame(subscribedLoad(second), { names: 1, bytes: 3 })
})

t.test('X86: names that a client unsubscribes from count until they are answered', async (t) => {
  const begun = delta.step(createStreamState(), { kind: 'request', request: asked(CLUSTER, '*') }).state
  const request = { ...asked(CLUSTER), unsubscribe: shareList(['ab', 'c']) }
  const waiting = delta.step(begun, { kind: 'request', request }).state
  t.strictSame(subscribedLoad(waiting), { names: 2, bytes: 3 })
  const snapshot = snapshotOf(CLUSTER, [], 1)
  const { state, send } = delta.step(waiting, { kind: 'snapshot', snapshot })
  t.match(send, [{ removed: ['ab', 'c'] }])
  t.strictSame(subscribedLoad(state), NO_LOAD)
})

t.test('X86: reported names count with their versions', async (t) => {
  const reported = reportedLoad(
    new Map([
      ['a', '12'],
      ['€', ''],
    ]),
  )
  t.strictSame(reported, { names: 2, bytes: 6 })
  t.strictSame(sum(reported, { names: 1, bytes: 1 }), { names: 3, bytes: 7 })
})
