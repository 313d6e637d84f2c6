// A message that is small on the wire and large in memory: what the limit for received messages counts.

import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { loopbackDataPeers } from '../data-peers/shared-data-peers.ts'

export const BOMBS = {
  limited: { title: 'with a limit of 4 MiB, the default', maxReceiveBytes: 4 * 1_048_576 },
  unlimited: { title: 'without a limit', maxReceiveBytes: undefined },
} as const
export type BombName = keyof typeof BOMBS
export const BOMB_NAMES = Object.keys(BOMBS) as readonly BombName[]

export const BOMB_BYTES: Readonly<Record<ProfileName, number>> = {
  quick: 16 * 1_048_576,
  standard: 64 * 1_048_576,
  full: 256 * 1_048_576,
}

export const bombId = (name: BombName): string => `compression.bomb.${name}`

export const BOMB = {
  plain: 'message (bytes)',
  wire: 'on the wire (bytes)',
  serverCpu: 'CPU of the server (ms a call)',
} as const

export async function measureBomb(context: RunContext, name: BombName): Promise<Measured> {
  const peers = await loopbackDataPeers(context)
  const { maxReceiveBytes } = BOMBS[name]
  const target = await peers.open(maxReceiveBytes === undefined ? {} : { maxReceiveBytes })
  const bytes = BOMB_BYTES[context.profile.name]
  const before = await peers.read(target)
  const { made, codes, error } = await peers.run('sendCompressible', {
    ...{ target, encoding: 'gzip', kind: 'repeated', bytes, seconds: 0 },
  })
  const after = await peers.read(target)
  return facts({
    ...{ calls: made, codes: { ...codes } },
    figures: {
      [BOMB.plain]: bytes,
      [BOMB.wire]: (after.bytesIn - before.bytesIn) / made,
      [BOMB.serverCpu]: (after.cpuMs - before.cpuMs) / made,
    },
    texts: { ...(error !== undefined && { status: error }) },
  })
}
