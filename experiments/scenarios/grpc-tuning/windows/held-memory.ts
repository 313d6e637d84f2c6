// What windows hold in memory when a reader is slow: all that its streams and their windows have room for.

import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { loopbackDataPeers } from '../data-peers/shared-data-peers.ts'
import { windowBytes } from './cells.ts'

export const HELD_STREAMS = 8
/** In KiB. */
export const HELD_WINDOWS: Readonly<Record<ProfileName, readonly number[]>> = {
  quick: [64, 1_024],
  standard: [64, 256, 1_024, 4_096],
  full: [64, 256, 1_024, 4_096],
}

export const MESSAGE_BYTES = 1_024
/** Times what the window has room for. */
const MORE = 6

export const heldId = (kib: number): string => `windows.held.${kib}-KiB`

/** The same with the default window, by clients that have not begun to read. */
export const UNREAD = 'windows.held.unread'
export const UNREAD_KIB = 64

export const HELD = {
  arrived: 'arrived and not read (bytes)',
  resident: 'growth of resident memory (bytes)',
  asked: 'messages asked for',
  messages: 'messages read in the end',
} as const

export async function measureHeld(context: RunContext, kib: number, readsOne = true): Promise<Measured> {
  const peers = await loopbackDataPeers(context)
  const window = windowBytes(kib)
  const messages = Math.ceil((MORE * window) / MESSAGE_BYTES)
  const held = await peers.run('hold', {
    ...{ target: await peers.open(), streams: HELD_STREAMS, window },
    ...{ messageBytes: MESSAGE_BYTES, messages, readsOne },
  })
  return facts({
    ...{ calls: HELD_STREAMS, codes: { OK: HELD_STREAMS }, messages: held.messages },
    figures: {
      [HELD.arrived]: held.arrivedBytes,
      [HELD.resident]: held.residentBytes,
      [HELD.asked]: HELD_STREAMS * messages,
      [HELD.messages]: held.messages,
    },
  })
}
