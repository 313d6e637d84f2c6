// Which transports are watched at the same time, and the loads over them.

import { join } from 'node:path'
import { startBackend } from '../../../../testbed/backend.ts'
import { type BackgroundLoad, startLoader } from '../../../../testbed/loader/start-loader.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import type { RunContext } from '../../../harness/scenario.ts'

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
  { group, folder, profile }: RunContext,
  transports: readonly Transport[],
): Promise<ReadonlyMap<string, BackgroundLoad>> {
  const begun = transports.map(async ({ id, lay }) => {
    const laid = await lay(group, join(folder, id))
    const server = await startBackend(laid.server, folder, { id, listen: laid.listen() })
    const loader = await startLoader(laid.client, { name: `loader ${id}` })
    const load = await loader.begin({
      target: await laid.target(server.address),
      connections: 1,
      loop: { kind: 'open', callsPerSecond: CALLS_A_SECOND },
      calls: { kind: 'unary', payloadBytes: 64, responseBytes: 64 },
      warmUpSeconds: profile.warmUpSeconds,
    })
    return [id, load] as const
  })
  return new Map(await Promise.all(begun))
}
