// A closed loop through an Envoy: which of its workers take the connections, and what their threads cost.

import type { EnvoyAdmin } from '../../../../envoy-bootstrap/envoy-admin.ts'
import { measureLoad } from '../../../../harness/measure-load.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { threadCpuMsOf } from '../../../../testbed/measure/usage.ts'
import { startEnvoys } from '../servers/envoys.ts'
import { startServers } from '../servers/start-servers.ts'
import { windowOf } from '../windows.ts'
import { CONCURRENCY } from './crews.ts'
import { accepted, ENVOYS, type EnvoyCell, SERVERS, workerCpu } from './envoys.ts'

export async function measureEnvoy(
  context: RunContext,
  { envoy, connections }: EnvoyCell,
): Promise<Measured> {
  const loader = await context.shared('threads: loader', ({ group }) => startLoader(group))
  const { servers, envoyOf } = await context.shared('threads: envoys', async (shared) => {
    const behind = await startServers(shared.group, SERVERS)
    return { servers: behind, envoyOf: await startEnvoys(shared, behind.address, ENVOYS) }
  })
  const { envoy: node, target } = envoyOf(envoy)
  const workers = Array.from({ length: ENVOYS[envoy].workers }, (_, worker) => worker)
  const read = async () => ({ connections: await connectionsOf(node.admin), cpu: threadCpuMsOf(node.pid) })

  const before = await read()
  const measured = await measureLoad(context, {
    loader,
    processes: [{ role: 'proxy', name: 'Envoy', pid: node.pid }, servers.process],
    backends: servers.ids,
    plan: {
      ...{ target, connections, ...windowOf(context.profile) },
      loop: { kind: 'closed', concurrency: CONCURRENCY },
      calls: { kind: 'unary' },
    },
  })
  const after = await read()
  const grown = (from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>, name: string) =>
    (to.get(name) ?? 0) - (from.get(name) ?? 0)
  const figures = workers.flatMap((worker) => [
    [accepted(worker), grown(before.connections, after.connections, `worker_${worker}`)],
    [workerCpu(worker), grown(before.cpu, after.cpu, `wrk:worker_${worker}`)],
  ])
  return { ...measured, figures: { ...measured.figures, ...Object.fromEntries(figures) } }
}

/** Connections since the start, by `worker_N`. https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/stats */
async function connectionsOf(admin: EnvoyAdmin): Promise<ReadonlyMap<string, number>> {
  const stats = await admin.stats('\\.worker_\\d+\\.downstream_cx_total$')
  return new Map([...stats].map(([name, count]) => [/worker_\d+/.exec(name)?.[0] ?? '', count]))
}
