// A NACK that may belong to an earlier response leaves the node UNKNOWN.

import t from 'tap'
import { view } from '../../test/support/hand-stream.ts'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import { LateNacks } from './late-nacks.ts'

const pending = (typeUrl: string, ...nonces: string[]) => nonces.map((nonce) => ({ typeUrl, nonce }))

/** The state of the clusters after a NACK with this nonce. */
function stateAfter(late: LateNacks, nonce: string): string | undefined {
  const nack = { version: 'v', nonce, code: 13, message: 'no', names: ['a'] }
  return late.correct(new Map([[CLUSTER, view('NACKED', '*', { nack })]])).get(CLUSTER)?.state
}

t.test('X7: a NACK of the only unanswered response is a NACK', async (t) => {
  const late = new LateNacks()
  late.wait([...pending(LISTENER, '1'), ...pending(CLUSTER, '2')])
  late.nacked(CLUSTER, '2')
  t.equal(stateAfter(late, '2'), 'NACKED')
})

t.test('X7: a NACK while an earlier response is unanswered may belong to that one', async (t) => {
  const late = new LateNacks()
  late.wait(pending(CLUSTER, '1', '2'))
  late.nacked(CLUSTER, '2')
  t.equal(stateAfter(late, '2'), 'UNKNOWN')
  const views = new Map([
    [LISTENER, view('NACKED')],
    [CLUSTER, view('SYNCED')],
  ])
  t.same(late.correct(views), views, 'other types, and other states, stay')
})

t.test('X7: the answer to the next response tells', async (t) => {
  const late = new LateNacks()
  late.wait(pending(CLUSTER, '1', '2'))
  late.nacked(CLUSTER, '2')
  late.wait(pending(CLUSTER, '3'))
  late.nacked(CLUSTER, '3')
  t.equal(stateAfter(late, '3'), 'NACKED')
})

t.test('X7: a NACK after the NACK of the earlier response is a NACK', async (t) => {
  const late = new LateNacks()
  late.wait(pending(CLUSTER, '1', '2'))
  late.nacked(CLUSTER, '1')
  t.equal(stateAfter(late, '1'), 'NACKED')
  // The stream still waits for the first one, because the second one repeats its content.
  late.wait(pending(CLUSTER, '1', '2'))
  late.nacked(CLUSTER, '2')
  t.equal(stateAfter(late, '2'), 'NACKED')
})
