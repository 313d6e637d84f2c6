// Why a fleet is uneven although it is round robin: every worker of every Envoy takes turns of its own. Calls are counted for each.

import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import type { TestbedNode } from '../../../../testbed/testbed.ts'
import { takeBackends } from '../backend-pool.ts'
import { ENVOY_FLEETS, type EnvoyFleetName, takeSwitchboard } from '../switchboard.ts'
import { countAnswers } from './count-answers.ts'
import { figureName } from './state-figures.ts'

const BACKENDS = 3
/** A connection each: with one Envoy and one worker, two for each backend. */
const FEW_CALLS = 6
/** Over the same connections one after the other. */
const MANY_CALLS = 600
const SECONDS = 2

const FLEETS = ['edge', 'workers', 'fleet'] as const satisfies readonly EnvoyFleetName[]

export const STATE_RUNS: readonly Run[] = FLEETS.map((fleet) => ({
  id: `states.${fleet}`,
  labels: { way: titleOf(fleet), calls: `${FEW_CALLS} calls, and ${MANY_CALLS}`, backends: String(BACKENDS) },
  needs: [NEEDS_ENVOY],
  rounds: 1,
  seconds: SECONDS,
  measure: (context) => measureStates(context, fleet),
}))

function titleOf(fleet: EnvoyFleetName): string {
  const { envoys, workers } = ENVOY_FLEETS[fleet]
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
  return `${count(envoys, 'Envoy')} of ${count(workers, 'worker')}`
}

/** Its shares are those of the few calls. */
async function measureStates(context: RunContext, fleet: EnvoyFleetName): Promise<Measured> {
  const backends = await takeBackends(context, { backends: BACKENDS, crew: 'alike' })
  const switchboard = await takeSwitchboard(context)
  await switchboard.setBackends(backends)
  await switchboard.setLb(fleet, { mode: 'l7', policy: 'random' })
  // New clusters: their turns begin now.
  await switchboard.setLb(fleet, { mode: 'l7', policy: 'round_robin' })
  const nodes = switchboard.nodesOf(fleet)
  const ids = backends.map(({ id }) => id)
  const begun = performance.now()
  const few = await countStates(nodes, ids, { connections: FEW_CALLS, calls: 1 })
  const many = await countStates(nodes, ids, { connections: FEW_CALLS, calls: MANY_CALLS / FEW_CALLS })
  const figures = { few, many }
  return {
    seconds: (performance.now() - begun) / 1000,
    calls: FEW_CALLS + MANY_CALLS,
    codes: { OK: FEW_CALLS + MANY_CALLS },
    shares: Object.fromEntries(
      ids.map((id) => [id, [...few.values()].reduce((sum, state) => sum + (state.get(id) ?? 0), 0)]),
    ),
    histograms: {},
    processes: [],
    figures: Object.fromEntries(
      (['few', 'many'] as const).flatMap((calls) =>
        [...figures[calls]].flatMap(([state, byBackend]) =>
          [...byBackend].map(([backend, count]) => [figureName({ calls, state, backend }), count]),
        ),
      ),
    ),
  }
}

type States = Map<string, Map<string, number>>

/** Calls by backend, for each worker that got a connection. */
async function countStates(
  nodes: readonly TestbedNode[],
  ids: readonly string[],
  { connections, calls }: { readonly connections: number; readonly calls: number },
): Promise<States> {
  const states: States = new Map()
  for (let index = 0; index < connections; index += 1) {
    const node = nodes[index % nodes.length]
    if (node === undefined) break
    const before = await acceptedOf(node)
    const byBackend = await countAnswers(node.envoy.nodeId, [node.target], ids, { connections: 1, calls })
    const after = await acceptedOf(node)
    const worker = [...after].find(([name, count]) => count > (before.get(name) ?? 0))?.[0] ?? 'worker ?'
    const state = `${node.envoy.nodeId}, ${worker}`
    const sum = states.get(state) ?? new Map(ids.map((id) => [id, 0]))
    for (const [id, count] of byBackend) sum.set(id, (sum.get(id) ?? 0) + count)
    states.set(state, sum)
  }
  return states
}

/** Connections of clients that each worker has accepted: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/stats#per-handler-listener-stats */
async function acceptedOf({ envoy }: TestbedNode): Promise<ReadonlyMap<string, number>> {
  const stats = await envoy.admin.stats('^listener\\..*\\.worker_\\d+\\.downstream_cx_total$')
  return new Map(
    [...stats].map(([name, count]) => [`worker ${/worker_(\d+)/.exec(name)?.[1] ?? '?'}`, count]),
  )
}
