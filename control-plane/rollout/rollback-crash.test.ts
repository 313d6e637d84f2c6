// kill -9 at every write of a rollback: what the next start finds in the store, serves and answers.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { AnsweringNode } from '../../test/support/answering-node.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { LISTENER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { openSqliteStore } from '../store/sqlite-store.ts'
import { Revisions } from './revisions.ts'

const CHILD = join(import.meta.dirname, '../../test/support/crashing-rollback.ts')
const FILE = 'revisions.sqlite'

/**
 * Rolls revision 2 back in a process that dies before its write number `crashAt`, or after all writes. @returns the folder that
 * the crash leaves, and a folder for each write before it: what a crash there would have left
 */
async function crash(t: Test, crashAt?: number) {
  const parent = testFolder(t)
  const [folder, copies] = ['left', 'copies'].map((part) => join(parent, part)) as [string, string]
  for (const one of [folder, copies]) mkdirSync(one, { recursive: true })
  const child = fork(CHILD, [join(folder, FILE), copies, ...(crashAt === undefined ? [] : [String(crashAt)])])
  t.teardown(() => child.kill('SIGKILL'))
  t.same(await once(child, 'exit'), [null, 'SIGKILL'])
  const writes = readdirSync(copies).length
  return { folder, befores: Array.from({ length: writes }, (_, index) => join(copies, String(index + 1))) }
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

/** Starts on what a crash has left. @returns the state of the store */
async function checkRestart(t: Test, folder: string): Promise<string> {
  const { store, revisions, xds } = await restart(t, join(folder, FILE))
  const found = (await store.list()).map(({ number, status }) => `${number} ${status}`).join(', ')
  // After a start no node is connected, so an undecided revision is unverified again.
  const state = found.replace('unverified', 'pending')
  if (!t.ok(STATES.includes(state), state) || state === STATES[0]) return state
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
  t.equal(revisions.config.fleets.edge?.lb?.mode, 'l4')
  return state
}

t.test('a crash at any write of a rollback leaves the revision undecided or rolled back', async (t) => {
  const { folder, befores } = await crash(t)
  const crashAt = befores.length - 1
  await t.test(`a process that is killed before write ${crashAt} leaves what is copied there`, async (t) => {
    const killed = await crash(t, crashAt)
    t.equal(killed.befores.length, crashAt - 1)
    t.same(readdirSync(killed.folder), readdirSync(befores[crashAt - 1] ?? ''))
    t.equal(await checkRestart(t, killed.folder), STATES[1])
  })

  const seen = new Set<string>()
  for (const [index, left] of befores.entries()) {
    await t.test(`before write ${index + 1}`, async (t) => seen.add(await checkRestart(t, left)))
  }
  await t.test('after the last write', async (t) => seen.add(await checkRestart(t, folder)))
  t.same([...seen], STATES, 'the writes lead from each state to the next')
})
