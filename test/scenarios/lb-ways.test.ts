// Every way of the load-balancing scenario that needs no client program of its own: calls get through, and go elsewhere on demand.

import t, { type Test } from 'tap'
import { takeBackends } from '../../experiments/scenarios/grpc-loadbalancing/backend-pool.ts'
import { isEven } from '../../experiments/scenarios/grpc-loadbalancing/fairness.ts'
import type { OpenWay } from '../../experiments/scenarios/grpc-loadbalancing/ways/way.ts'
import { WAYS } from '../../experiments/scenarios/grpc-loadbalancing/ways/ways.ts'
import { PROFILE } from '../../harness/profile.ts'
import type { RunContext } from '../../harness/scenario.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { measureDistribution } from '../../testbed/measure/distribution.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const CALLS = 120
/** Of the clients that count time and not calls. */
const SECONDS = 0.3

/** What the harness gives to a run. */
function contextOf(t: Test): RunContext {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = testFolder(t)
  const taken = new Map<string, Promise<unknown>>()
  return {
    profile: PROFILE.quick,
    round: 1,
    group,
    folder,
    signal: group.ending,
    keep: async (name: string) => name,
    shared: <T>(key: string, start: (context: { group: ProcessGroup; folder: string }) => Promise<T>) => {
      const known = taken.get(key) ?? start({ group, folder })
      taken.set(key, known)
      return known as Promise<T>
    },
  }
}

t.test('O4.1: each way without a client of its own balances as it says, over one connection', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const context = contextOf(t)
  const backends = await takeBackends(context, { backends: 3, crew: 'alike' })
  for (const way of WAYS.filter(({ needs = [] }) => needs.every((need) => need.isThere()))) {
    const open = await way.open(context, { backends })
    // The environment of a client is for a process of its own.
    if (open.client?.env || open.loader) {
      await open.close?.()
      continue
    }
    const ids = (open.backends ?? backends).map(({ id }) => id)
    const { shares, failures } = await measure(open, ids)
    t.same(failures, [], way.title)
    const used = Object.values(shares).filter((calls) => calls > 0).length
    if (way.picksFor === 'connection') t.equal(used, 1, `${way.title} pins a connection`)
    else t.ok(isEven(shares), `${way.title}: ${Object.values(shares)}`)

    const [last] = backends.slice(-1)
    if (open.setBackends && last) {
      await open.setBackends([last])
      const after = (await measure(open, ids)).shares
      const called = Object.keys(after).filter((id) => after[id])
      t.same(called, [last.id], `${way.title} calls the backends it was given`)
    }
    await open.close?.()
  }
})

/** Calls by backend over one connection, by the client of the way where it has one of its own. */
async function measure({ loader, targets }: OpenWay, ids: readonly string[]) {
  if (loader === undefined) {
    const calls = { connections: 1, calls: CALLS }
    const { byBackend, failures } = await measureDistribution(targets.slice(0, 1), ids, calls)
    return { shares: Object.fromEntries(byBackend), failures }
  }
  const { shares, errors } = await loader.run({
    ...{ targets: targets.slice(0, 1), connections: 1, loop: { kind: 'closed', concurrency: 1 } },
    ...{ calls: { kind: 'unary' }, warmUpSeconds: 0, seconds: SECONDS },
  })
  const none = Object.fromEntries(ids.map((id) => [id, 0]))
  return { shares: { ...none, ...shares }, failures: Object.keys(errors) }
}
