// Sends calls over a number of connections, and counts where they went.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { createClient, type RpcClient } from '../../services/rpc/index.ts'
import { coefficientOfVariation, noiseFloor } from './statistics.ts'

/** Calls under way at once, shared out over the connections. */
const CONCURRENCY = 16

export interface Distribution {
  readonly connections: number
  readonly calls: number
  /** Calls by backend; a backend that got none counts 0. */
  readonly byBackend: ReadonlyMap<string, number>
  readonly failures: readonly string[]
  readonly variation: number
  readonly noiseFloor: number
}

/** Unary calls to `address` over `connections` connections of their own, as evenly shared out as can be. */
export async function measureDistribution(
  address: string,
  backends: readonly string[],
  { connections, calls }: { readonly connections: number; readonly calls: number },
): Promise<Distribution> {
  const byBackend = new Map(backends.map((id) => [id, 0]))
  const failures: string[] = []
  const clients = Array.from({ length: connections }, () => openConnection(address))
  let begun = 0
  const work = async (client: RpcClient<typeof EchoService>) => {
    while (begun < calls) {
      begun += 1
      try {
        const { backendId } = await client.unary({ message: 'where am I?' })
        byBackend.set(backendId, (byBackend.get(backendId) ?? 0) + 1)
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error))
      }
    }
  }
  const workersEach = Math.max(1, Math.floor(CONCURRENCY / connections))
  await Promise.all(clients.flatMap((client) => Array.from({ length: workersEach }, () => work(client))))
  for (const client of clients) client.close()
  return {
    connections,
    calls,
    byBackend,
    failures,
    variation: coefficientOfVariation([...byBackend.values()]),
    noiseFloor: noiseFloor(calls, backends.length),
  }
}

/** A channel that shares its connection with no other of this process. */
function openConnection(address: string): RpcClient<typeof EchoService> {
  return createClient(EchoService, address, { options: { 'grpc.use_local_subchannel_pool': 1 } })
}
