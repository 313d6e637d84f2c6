// A closed loop on one cell of the matrix: latencies, throughput, connections, bytes and CPU time.

import { watchUsage } from '../../../../harness/measure-load.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { loopbackPeers } from '../linked-peers.ts'
import { BODIES, LOADED_WAYS, type LoadedCell, windowOf } from './matrix.ts'

export const FIGURES = {
  connections: 'connections opened',
  bytesIn: 'to the server (bytes a call)',
  bytesOut: 'to the client (bytes a call)',
  clientCpu: 'CPU of the client (µs a call)',
  serverCpu: 'CPU of the server (µs a call)',
  sum: 'all latencies (ms)',
  longest: 'longest call (ms)',
} as const

export async function measureCell(context: RunContext, cell: LoadedCell): Promise<Measured> {
  const { name, body, concurrency } = cell
  const { way, connections: connectionsFor } = LOADED_WAYS[name]
  const { requestBytes, responseBytes } = BODIES[body]
  const connections = connectionsFor(concurrency)
  const peers = await loopbackPeers(context)
  const before = (await peers.counts())[way]
  const usage = watchUsage([
    { role: 'client', name: 'client', pid: peers.client.pid },
    { role: 'server', name: 'server', pid: peers.server.pid },
  ])
  usage.begin()
  const { calls, failed, made, sumMs, longestMs, seconds, latency } = await peers.run('load', {
    caller: peers.caller(way, { connections }),
    ...{ concurrency, requestBytes, responseBytes, ...windowOf(context.profile) },
  })
  usage.end()
  const after = (await peers.counts())[way]
  const processes = usage.result()
  const [clientCpu, serverCpu] = processes.map(({ cpuMs }) => (1_000 * cpuMs) / made)
  return {
    load: { tool: 'peers', loop: 'closed', connections, concurrency },
    ...{ seconds, calls, codes: { OK: calls - failed, ...(failed > 0 && { failed }) } },
    histograms: { service: latency },
    processes: [...processes],
    figures: {
      [FIGURES.connections]: after.connections - before.connections,
      [FIGURES.bytesIn]: (after.bytesIn - before.bytesIn) / made,
      [FIGURES.bytesOut]: (after.bytesOut - before.bytesOut) / made,
      [FIGURES.clientCpu]: clientCpu ?? Number.NaN,
      [FIGURES.serverCpu]: serverCpu ?? Number.NaN,
      [FIGURES.sum]: sumMs,
      [FIGURES.longest]: longestMs,
    },
  }
}
