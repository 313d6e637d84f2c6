// One connection or several over a link that loses packets: how many calls wait for somebody else's packet.

import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { measureInTurns } from '../turns/in-turns.ts'
import { INTERNET_TURNS, internetTransport, NEAR_MS } from './extent.ts'

export const POOLS = [1, 4, 16] as const
export type Pool = (typeof POOLS)[number]
export const poolWay = (connections: number): string => `${connections}-connections`

export const CALLS_PER_SECOND = 200
export const MESSAGE_BYTES = 1_000
export const LOST = 'packets lost'

export const poolingRun = (lossPercent: number): string => `internet.pooling.loss-${lossPercent}`

export async function measurePooling(context: RunContext, lossPercent: number): Promise<Measured> {
  const { group, folder, profile } = context
  const laid = await internetTransport(NEAR_MS, lossPercent).lay(group, folder)
  const [server, loader] = await Promise.all([
    startBackend(laid.server, folder, { id: 'server', listen: laid.listen() }),
    startLoader(laid.client, { name: 'loader' }),
  ])
  const target = await laid.target(server.address)
  return await measureInTurns(context, {
    loader,
    processes: [],
    turns: INTERNET_TURNS[profile.name],
    ways: POOLS.map((connections) => ({
      id: poolWay(connections),
      plan: {
        ...{ target, connections },
        loop: { kind: 'open', callsPerSecond: CALLS_PER_SECOND },
        calls: { kind: 'unary', payloadBytes: MESSAGE_BYTES, responseBytes: MESSAGE_BYTES },
      },
      counters: async () => {
        const lost = Object.entries(await laid.counts()).filter(([name]) => name.endsWith('lost packets'))
        return { [LOST]: lost.reduce((sum, [, count]) => sum + count, 0) }
      },
    })),
  })
}
