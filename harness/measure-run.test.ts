// One run: what becomes of it, whatever its function does.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { measureRun } from './measure-run.ts'
import { PROFILE } from './profile.ts'
import type { Run } from './scenario.ts'

const NO_PATIENCE = 0
const MUCH_PATIENCE = 1000

const MEASURED = { seconds: 1, calls: 1, codes: { OK: 1 }, histograms: {}, processes: [], figures: {} }

const shared = () => Promise.reject(new Error('nothing is shared'))
const keep = async (name: string) => name

function start(t: Test, measure: Run['measure'], patience: number, signal = new AbortController().signal) {
  const run = { id: 'a', labels: { way: 'l4' }, emulates: 'kube-proxy, by nftables', measure }
  const folder = join(testFolder(t), 'scratch')
  return measureRun(run, { profile: PROFILE.quick, round: 2, folder, signal, shared, keep }, patience)
}

t.test('a result has the id, round and labels of its run, and what it emulates', async (t) => {
  let folder = ''
  const measurement = await start(
    t,
    async (context) => {
      folder = context.folder
      t.ok(existsSync(folder), 'it has a folder')
      return MEASURED
    },
    MUCH_PATIENCE,
  )
  t.match(measurement?.result, {
    ...{ id: 'a', round: 2, labels: { way: 'l4' }, emulates: 'kube-proxy, by nftables' },
    ...{ state: 'measured', tookSeconds: Number, measured: MEASURED },
  })
  t.notOk(existsSync(folder), 'its folder is removed')
})

t.test('a run that hangs has failed, and its processes end', async (t) => {
  const never = Promise.withResolvers<never>()
  const measurement = await start(t, () => never.promise, NO_PATIENCE)
  t.match(measurement?.result, { state: 'failed', why: 'has not ended within 0 s' })
})

t.test('a run that is interrupted, before or meanwhile, has no result', async (t) => {
  const never = Promise.withResolvers<never>()
  t.equal(await start(t, () => never.promise, MUCH_PATIENCE, AbortSignal.abort()), undefined)
  const controller = new AbortController()
  const interrupt = async () => {
    controller.abort()
    throw new Error('a process has ended')
  }
  t.equal(
    await start(t, interrupt, MUCH_PATIENCE, controller.signal),
    undefined,
    'its failure does not count',
  )
})
