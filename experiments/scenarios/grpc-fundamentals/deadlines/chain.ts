// Three hops as processes, called directly or with an Envoy before each of them.

import { HopService } from '@envoy/xds-protos/switchyard/hop/v1/hop_pb.js'
import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import type { HopBehavior } from '../../../../services/hop/behavior.ts'
import type { HopRecord } from '../../../../services/hop/hop-records.ts'
import { createClient, type RpcClient } from '../../../../services/rpc/index.ts'
import { type RunningHop, startHop } from '../../../../testbed/hop.ts'
import { authorityOf } from '../authority.ts'
import { Edge, type EdgeRoute } from '../edge.ts'
import type { Way } from '../statuses/way.ts'

export const HOPS = ['a', 'b', 'c'] as const
export type HopName = (typeof HOPS)[number]
export type ByHop<T> = Readonly<Record<HopName, T>>

export class Chain {
  readonly hops: ByHop<RunningHop>
  readonly #edge: Edge

  private constructor(edge: Edge, hops: ByHop<RunningHop>) {
    this.#edge = edge
    this.hops = hops
  }

  static async of(context: RunContext): Promise<Chain> {
    const edge = await Edge.of(context)
    return await context.shared('deadlines', (shared) => Chain.#start(shared, edge))
  }

  static async #start({ group, folder }: SharedContext, edge: Edge): Promise<Chain> {
    const [a, b, c] = await Promise.all(HOPS.map((id) => startHop(group, folder, id)))
    if (!a || !b || !c) throw new TypeError('a chain has three hops')
    return new Chain(edge, { a, b, c })
  }

  /** Makes the hops behave, each with the next one on this way. @param ruleOfC what Envoy does before `c` */
  async behave(way: Way, behaviors: ByHop<Partial<HopBehavior>>, ruleOfC: object = {}): Promise<void> {
    const { a, b, c } = this.hops
    if (way === 'envoy') {
      const routes: ByHop<EdgeRoute> = {
        a: { address: a.address },
        b: { address: b.address },
        c: { address: c.address, rule: { maxStreamDuration: null, ...ruleOfC } },
      }
      await this.#edge.route(
        Object.fromEntries(Object.entries(routes).map(([name, route]) => [hostOf(name), route])),
      )
    }
    await c.behave(behaviors.c)
    await b.behave({ ...behaviors.b, next: this.#addressOf('c', way) })
    await a.behave({ ...behaviors.a, next: this.#addressOf('b', way) })
    // Connections would else be made within the deadline of the first call.
    await this.with(way, (client) => client.work({ callId: WARM_UP, units: 1 }))
  }

  /** Calls the first hop by a client that is closed afterwards. */
  async with<T>(way: Way, use: (client: RpcClient<typeof HopService>) => Promise<T>): Promise<T> {
    const { address, authority } = this.#addressOf('a', way)
    const options = {
      'grpc.use_local_subchannel_pool': 1,
      ...(authority !== undefined && { 'grpc.default_authority': authority }),
    }
    const client = createClient(HopService, address, { options })
    try {
      return await use(client)
    } finally {
      client.close()
    }
  }

  /** Of all calls but the first, which made the connections. */
  async records(hop: HopName): Promise<readonly HopRecord[]> {
    return (await this.hops[hop].records()).filter(({ callId }) => callId !== WARM_UP)
  }

  #addressOf(hop: HopName, way: Way) {
    if (way === 'direct') return { address: this.hops[hop].address }
    return { address: this.#edge.targetOf(), authority: authorityOf(hostOf(hop)) }
  }
}

/** The name of the call that makes the connections. */
const WARM_UP = 'warm-up'

const hostOf = (hop: string) => `hop-${hop}`
