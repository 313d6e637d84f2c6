// The servers of the chapter, each of them called directly and through Envoy.

import type { DescService } from '@bufbuild/protobuf'
import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { createClient, type RpcClient } from '../../../../services/rpc/index.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import { authorityOf } from '../authority.ts'
import { Edge } from '../edge.ts'
import type { Way } from '../statuses/way.ts'
import { type CuttingRelay, startCuttingRelay } from './cutting-relay.ts'
import { QUOTA } from './quota.ts'
import { startSizedErrors } from './sized-errors.ts'

const LOOPBACK = '127.0.0.1:0'

export class Parts {
  /** Before the server `store`. */
  readonly relay: CuttingRelay
  readonly #edge: Edge
  readonly #addresses: ReadonlyMap<string, string>

  private constructor(edge: Edge, relay: CuttingRelay, addresses: ReadonlyMap<string, string>) {
    this.#edge = edge
    this.relay = relay
    this.#addresses = addresses
  }

  static async of(context: RunContext): Promise<Parts> {
    const edge = await Edge.of(context)
    return await context.shared('details', (shared) => Parts.#start(shared, edge))
  }

  static async #start({ group, folder }: SharedContext, edge: Edge): Promise<Parts> {
    const [rich, limited, sized] = await Promise.all([
      startBackend(group, folder, { id: 'rich', listen: LOOPBACK, debugDetails: true }),
      startBackend(group, folder, { id: 'metered', listen: LOOPBACK, writeQuota: QUOTA, debugDetails: true }),
      startSizedErrors(),
    ])
    const relay = await startCuttingRelay(rich.address)
    group.ending.addEventListener('abort', () => {
      for (const server of [relay, sized]) void server.close()
    })
    const addresses = { rich: rich.address, metered: limited.address, sized: sized.address }
    await edge.route(
      Object.fromEntries(Object.entries(addresses).map(([name, address]) => [name, { address }])),
    )
    return new Parts(edge, relay, new Map(Object.entries({ ...addresses, relay: relay.address })))
  }

  /** Calls a service by a client that is closed afterwards. */
  async with<S extends DescService, T>(
    service: S,
    server: string,
    way: Way,
    use: (client: RpcClient<S>) => Promise<T>,
  ): Promise<T> {
    const target = way === 'direct' ? (this.#addresses.get(server) ?? '') : this.#edge.targetOf()
    const options = {
      'grpc.default_authority': authorityOf(server),
      'grpc.use_local_subchannel_pool': 1,
      // What retries, and when, is ours to show.
      'grpc.enable_retries': 0,
    }
    const client = createClient(service, target, { options })
    try {
      return await use(client)
    } finally {
      client.close()
    }
  }
}
