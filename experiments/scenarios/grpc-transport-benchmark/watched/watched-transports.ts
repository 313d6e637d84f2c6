// Which transports are watched at the same time, and the loads over them.

import type { RunContext } from '../../../../harness/scenario.ts'
import type { BackgroundLoad } from '../../../../testbed/loader/start-loader.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { startEnds } from '../ends.ts'

/** One of each family, and of those that carry packets in user space: two cores cannot drive all at the same time. */
const WATCHED: readonly string[] = [
  'uds',
  'loopback',
  'veth',
  'vxlan',
  'wireguard',
  'lan-1500',
  'internet-20',
]

/** So few that they do not disturb each other. */
const CALLS_A_SECOND = 40

/** Those that can be laid here. */
export function watchedTransports(): readonly Transport[] {
  return TRANSPORTS.filter(({ id, missing }) => WATCHED.includes(id) && missing() === undefined)
}

/** @returns running loads by the id of their transport */
export async function beginLoads(
  context: RunContext,
  transports: readonly Transport[],
): Promise<ReadonlyMap<string, BackgroundLoad>> {
  const begun = transports.map(async (transport) => {
    const { loader, target } = await startEnds(context, transport)
    const load = await loader.begin({
      target,
      connections: 1,
      loop: { kind: 'open', callsPerSecond: CALLS_A_SECOND },
      calls: { kind: 'unary', payloadBytes: 64, responseBytes: 64 },
      warmUpSeconds: context.profile.warmUpSeconds,
    })
    return [transport.id, load] as const
  })
  return new Map(await Promise.all(begun))
}
