// kill -9 at every write of a rollback: what the next start finds in the store, serves and answers.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { AnsweringNode } from '../../test/support/answering-node.ts'
import { LISTENER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { openSqliteStore } from '../store/sqlite-store.ts'
import { Revisions } from './revisions.ts'

const CHILD = join(import.meta.dirname, '../../test/support/crashing-rollback.ts')

/** Rolls revision 2 back in a process that dies before its write number `crashAt`. */
async function crash(t: Test, path: string, crashAt: number): Promise<'crashed' | 'rolled back'> {
  const child = fork(CHILD, [path, String(crashAt)])
  t.teardown(() => child.kill('SIGKILL'))
  let outcome: 'crashed' | 'rolled back' = 'crashed'
  child.once('message', () => {
    outcome = 'rolled back'
  })
  const [, signal] = await once(child, 'exit')
  t.equal(signal, 'SIGKILL')
  return outcome
}

async function restart(t: Test, path: string) {
  const store = openSqliteStore(path)
  t.teardown(() => store.close())
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const revisions = await Revisions.open({ store, cache })
  t.teardown(() => revisions.close())
  const xds = await startXdsServer({ cache, address: '127.0.0.1:0' })
  t.teardown(() => xds.close())
  return { store, cache, revisions, xds }
}

/** What may be in the store, and nothing between these. */
const STATES = ['1 accepted', '1 accepted, 2 pending', '1 accepted, 2 rolled_back, 3 accepted']

t.test('a crash at any write of a rollback leaves the revision undecided or rolled back', async (t) => {
  const seen = new Set<string>()
  for (let crashAt = 1, outcome = 'crashed'; outcome === 'crashed'; crashAt += 1) {
    await t.test(`before write ${crashAt}`, async (t) => {
      const path = join(t.testdir(), 'revisions.sqlite')
      outcome = await crash(t, path, crashAt)
      const { store, revisions, xds } = await restart(t, path)
      const found = (await store.list()).map(({ number, status }) => `${number} ${status}`).join(', ')
      // After a start nobody who could tell is connected, so an undecided revision is unverified again.
      const state = found.replace('unverified', 'pending')
      t.ok(STATES.includes(state), state)
      seen.add(state)
      if (state === STATES[0]) return
      t.not((await revisions.progress(2, AbortSignal.abort())).outcome, 'synced')

      const node = new AnsweringNode(t, xds.address, { id: 'node-1', cluster: 'edge' })
      node.answer = ({ typeUrl }) => {
        const { mode } = revisions.config.fleets.edge?.lb ?? {}
        return typeUrl === LISTENER && mode === 'l7' ? { nack: 'no such filter' } : 'ack'
      }
      for await (const { status } of store.watch(2)) if (status === 'rolled_back') break
      const progress = await revisions.progress(2, AbortSignal.abort())
      t.match(progress, { outcome: 'nacked', revision: { number: 2, status: 'rolled_back' } })
      t.match(revisions.head, { number: 3, author: 'system', status: 'accepted' })
      t.equal(revisions.config.fleets.edge?.lb.mode, 'l4')
    })
  }
  t.same([...seen], STATES, 'the writes lead from each state to the next')
})
