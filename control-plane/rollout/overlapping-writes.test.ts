// Writes that overlap: each waits for its own revision, and one may replace the other before the nodes have answered.

import t, { type Test } from 'tap'
import { AnsweringNode } from '../../test/support/answering-node.ts'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { CLUSTER, LISTENER } from '../../xds-server/index.ts'

const POLICY = { fleets: { edge: { lb: { policy: 'random' } } } }
const WEIGHT = { upstreams: { echo: { endpoints: { b1: { weight: 7 } } } } }

/** A fleet of one node, whose answers a test lets go. */
async function serve(t: Test) {
  const { admin, store, connectNode, xds } = await serveFleet(t)
  const node = await connectNode('node-1')
  for await (const { status } of store.watch(1)) if (status === 'accepted') break
  const patch = async (body: object, wait = '1m') => {
    const response = await admin.inject({
      method: 'PATCH',
      url: `/v1/config?wait=${wait}`,
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': '*' },
      payload: JSON.stringify(body),
    })
    const { outcome, revision, revisionStatus, reason } = response.json()
    return { status: response.statusCode, outcome, revision, revisionStatus, reason }
  }
  /** The node's answers wait until the returned function is called. */
  const hold = (then: AnsweringNode['answer'] = () => 'ack') => {
    const released = Promise.withResolvers<void>()
    node.answer = async (response) => {
      await released.promise
      return then(response)
    }
    return () => released.resolve()
  }
  const untilWritten = async (number: number) => {
    for await (const one of store.watch(number)) if (one.number === number) break
  }
  return { store, node, xds, patch, hold, untilWritten }
}

t.test('X56: of two PATCHes at once, both waits end when the newer revision is ACKed', async (t) => {
  const { patch, hold, untilWritten } = await serve(t)
  const release = hold()
  const answers = [patch(POLICY), patch(WEIGHT)]
  await untilWritten(3)
  release()
  t.match(await Promise.all(answers), [
    { status: 200, outcome: 'synced', revision: 2, revisionStatus: 'superseded' },
    { status: 200, outcome: 'synced', revision: 3, revisionStatus: 'accepted' },
  ])
})

t.test('X56: both waits end when the newer revision takes the change of the older back', async (t) => {
  const { patch, hold, untilWritten } = await serve(t)
  const release = hold()
  const answers = [patch(POLICY), patch({ fleets: { edge: { lb: { policy: 'round_robin' } } } })]
  await untilWritten(3)
  release()
  t.match(await Promise.all(answers), [
    { status: 202, outcome: 'replaced', revision: 2, revisionStatus: 'superseded' },
    { status: 200, outcome: 'synced', revision: 3, revisionStatus: 'accepted' },
  ])
})

t.test('X56: both waits end when the newer revision is NACKed', async (t) => {
  const { patch, hold, untilWritten } = await serve(t)
  const release = hold(({ typeUrl }) => (typeUrl === LISTENER ? { nack: 'no such filter' } : 'ack'))
  const answers = [patch(POLICY), patch({ fleets: { edge: { lb: { mode: 'l7' } } } })]
  await untilWritten(3)
  release()
  t.match(await Promise.all(answers), [
    { status: 409, outcome: 'nacked', revision: 2, revisionStatus: 'superseded' },
    { status: 409, outcome: 'nacked', revision: 3, revisionStatus: 'rolled_back' },
  ])
})

t.test('X56: a NACK of the older revision, whose successor is ACKed, ends both waits', async (t) => {
  const { patch, hold, untilWritten } = await serve(t)
  let nacks = 0
  const release = hold(({ typeUrl }) => {
    if (typeUrl !== CLUSTER || nacks > 0) return 'ack'
    nacks += 1
    return { nack: 'no such policy' }
  })
  const answers = [patch(POLICY), patch({ fleets: { edge: { lb: { policy: 'least_request' } } } })]
  await untilWritten(3)
  release()
  t.match(await Promise.all(answers), [
    { status: 202, outcome: 'replaced', revision: 2, revisionStatus: 'superseded' },
    { status: 200, outcome: 'synced', revision: 3, revisionStatus: 'accepted' },
  ])
  t.equal(nacks, 1)
})

t.test('X56: a wait for an accepted revision ends when a newer one takes its place', async (t) => {
  const { patch, store, node, xds } = await serve(t)
  // It has ACKed nothing yet, so no verdict needs its answer, but the wait does.
  const silent = new AnsweringNode(t, xds.address, { id: 'silent', cluster: 'edge', answer: 'silence' })
  const asked = Promise.withResolvers<void>()
  silent.answer = () => {
    asked.resolve()
    return 'silence'
  }
  await asked.promise
  const first = patch(POLICY)
  for await (const one of store.watch(2)) if (one.status === 'accepted') break
  node.answer = () => 'silence'
  const second = patch({ fleets: { edge: { lb: { policy: 'least_request' } } } }, '1ms')
  t.match(await first, {
    status: 202,
    outcome: 'replaced',
    reason: 'revision 3 is in force instead of revision 2',
    revision: 2,
    revisionStatus: 'accepted',
  })
  t.match(await second, { status: 504, outcome: 'pending', revision: 3 })
})
