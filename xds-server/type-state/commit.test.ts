// The state after a push.

import t from 'tap'
import { shareList } from '../../core/memo.ts'
import { snapshotFor, typeUrlFor } from '../../test/support/script-resources.ts'
import { nackedOf, pendingOf, resourcesOf, typeStateOf, viewOf } from '../../test/support/stream-states.ts'
import { commit } from './commit.ts'
import { ABSENT, type Held, holding, UNKNOWN } from './held.ts'
import type { PushPlan } from './plan-push.ts'
import { NOTHING_SENT } from './resource-errors.ts'
import type { Response } from './responses.ts'
import { NO_NAMES } from './subscription.ts'

const CDS = typeUrlFor('CDS')
const next = snapshotFor('CDS a=2 b=1', 2)
const target = viewOf('CDS', 'a=2 b=1').base

function planOf(overrides: Readonly<Record<string, Held>> = {}): PushPlan {
  const nothing = { upserts: shareList([]), removed: [], nacked: [], errors: [], sentErrors: NOTHING_SENT }
  return { target, pushed: next, overrides: new Map(Object.entries(overrides)), ...nothing }
}

function responseOf(nonce: string, resources: string, removed: readonly string[] = []): Response {
  const list = shareList(resourcesOf('CDS', resources))
  return { typeUrl: CDS, nonce, version: 'v', resources: list, changedResources: list, removed }
}

t.test('after a push the client has the content of its target, and each response is pending', async (t) => {
  const earlier = pendingOf('CDS', 'a=1')
  const before = typeStateOf('CDS', { has: 'a=1', pending: [earlier], nacked: [nackedOf('CDS', 'b=1')] })
  const responses = [responseOf('7', 'a=2'), responseOf('8', 'b=1')]
  const { view, pushed, ledger } = commit(before, planOf(), responses)
  t.same(view, { base: target, overrides: new Map() })
  t.equal(pushed, next)
  t.equal(ledger.lastNonce, '8')
  t.same(ledger.nacked, [], 'as the plan says')
  const common = { before: before.view, previous: before.pushed, standsForOthers: false }
  t.match(ledger.pending, [earlier, { nonce: '7', ...common }, { nonce: '8', ...common }])
})

t.test('a push without responses changes neither the last nonce nor what is pending', async (t) => {
  const created = typeStateOf('CDS', { pending: [pendingOf('CDS', 'a=1')] })
  const before = { ...created, ledger: { ...created.ledger, lastNonce: '3' } }
  const { ledger } = commit(before, planOf(), [])
  t.equal(ledger.lastNonce, '3')
  t.same(ledger.pending, before.ledger.pending)
})

t.test(
  'X91: what a client drops may be on its way only as long as responses are pending that it was sent before',
  async (t) => {
    const open = typeStateOf('CDS', { pending: [pendingOf('CDS', 'a=1')] })
    for (const { pending, isNarrowed } of [
      { pending: open.ledger.pending, isNarrowed: true },
      { pending: [], isNarrowed: false },
    ]) {
      const before = { ...open, ledger: { ...open.ledger, pending, isNarrowed: true } }
      t.equal(commit(before, planOf(), [responseOf('7', 'a=2')]).ledger.isNarrowed, isNarrowed)
    }
  },
)

t.test('a push answers the request, and its responses say that they are answers', async (t) => {
  const asked = typeStateOf('CDS', { requested: ['a'] })
  const { request } = asked
  const cases = [
    { request, isAnswer: true },
    { request: { ...request, names: new Set<string>(), isFirst: true }, isAnswer: true },
  ]
  for (const { request, isAnswer } of cases) {
    const before = {
      ...asked,
      request: { ...request, added: new Set(['a']), clientVersion: 'v1', reports: true },
    }
    const after = commit(before, planOf(), [responseOf('1', 'a=2')])
    t.match(after.ledger.pending, [{ isAnswer, added: new Set(['a']) }])
    t.same(after.request, {
      names: new Set(),
      added: new Set(),
      waiting: new Set(),
      aliases: new Map(),
      isFirst: false,
      reports: false,
      clientVersion: undefined,
      lastResourceNames: request.lastResourceNames,
    })
  }
})

t.test('a push without a request leaves the request as it is', async (t) => {
  const idle = { ...typeStateOf('CDS').request, isFirst: false }
  const after = commit({ ...typeStateOf('CDS'), request: idle }, planOf(), [responseOf('1', 'a=2')])
  t.match(after.ledger.pending, [{ isAnswer: false }])
  t.equal(after.request, idle)
})

t.test('X5: what a full-state response repeats or leaves out is known from then on', async (t) => {
  const [older] = resourcesOf('CDS', 'a=1')
  if (older === undefined) throw new Error('no resource')
  const nacked: Held = { kind: 'unconfirmed', before: holding(older), sent: undefined }
  const plan = planOf({ a: nacked, b: UNKNOWN, c: UNKNOWN })
  const { view } = commit(typeStateOf('CDS'), plan, [responseOf('1', 'a=1', ['b'])])
  t.same(
    [...view.overrides],
    [
      ['a', holding(older)],
      ['b', ABSENT],
      ['c', UNKNOWN],
    ],
  )
  const asTarget = commit(typeStateOf('CDS'), plan, [responseOf('1', 'a=2', ['c', 'z'])])
  t.same(
    [...asTarget.view.overrides],
    [['b', UNKNOWN]],
    'the names that are as in the target need no override',
  )
})

t.test('a name that was added and whose answer waits is still added, and no other', async (t) => {
  const { request, ...state } = typeStateOf('CDS', { requested: ['a'] })
  const added = (...waiting: readonly string[]) =>
    commit(
      { ...state, request: { ...request, added: new Set(['a', 'b']), waiting: new Set(waiting) } },
      planOf(),
      [responseOf('1', 'a=2')],
    ).request.added
  t.strictSame([...added('b', 'c')], ['b'])
  t.ok(added() === NO_NAMES)
})

t.test('a push that leaves no name apart from its target keeps the empty overrides', async (t) => {
  const plan = planOf()
  t.ok(commit(typeStateOf('CDS'), plan, [responseOf('1', 'a=2', ['b'])]).view.overrides === plan.overrides)
})
