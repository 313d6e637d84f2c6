// A download over a link that is long and wide, by the flow-control window that the client gives.

import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { bandwidthDelayBytes } from '../../../../testbed/link/link-settings.ts'
import { linkedPeers } from '../linked-peers.ts'

export const WINDOW_LINK = { rttMs: 50, mbitPerSecond: 40 }

/** In KiB. 64 is HTTP/2's default, less one byte. */
export const WINDOWS: Readonly<Record<ProfileName, readonly number[]>> = {
  quick: [16, 64, 256, 1_024],
  standard: [16, 32, 64, 128, 256, 512, 1_024, 4_096],
  full: [16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096],
}

/** How long a download should take, so that small windows need not send as much as large ones. */
const SECONDS: Readonly<Record<ProfileName, number>> = { quick: 0.5, standard: 2, full: 10 }
/** Before it, until TCP has found out what the link carries. */
const WARM_UP_SECONDS = 0.5

export const windowId = (kib: number): string => `flow-control.window.${kib}-KiB`

export const RATE = 'throughput (Mbit/s)'
export const BYTES = 'bytes'
export const MS = 'download (ms)'

/** Bytes of a window: 64 KiB is 65,535, as HTTP/2 has it. */
export const windowBytes = (kib: number): number => (kib === 64 ? 65_535 : kib * 1_024)

/** In Mbit/s: a sender has no more under way than the window, and none sends faster than the link. */
export function predictedRate(kib: number): number {
  const { rttMs, mbitPerSecond } = WINDOW_LINK
  return Math.min((windowBytes(kib) * 8) / (rttMs * 1_000), mbitPerSecond)
}

/** The window from which on the link is the limit, in KiB. */
export const NEEDED_KIB = bandwidthDelayBytes(WINDOW_LINK) / 1_024

export async function measureWindow(context: RunContext, kib: number): Promise<Measured> {
  const { peers } = await linkedPeers(context, WINDOW_LINK)
  const bytesIn = (seconds: number) => Math.round((predictedRate(kib) * 1e6 * seconds) / 8)
  const bytes = windowBytes(kib) + bytesIn(SECONDS[context.profile.name])
  const { ms } = await peers.run('download', {
    caller: { ...peers.caller('grpc'), window: windowBytes(kib) },
    ...{ objects: 1, bytes, warmUpBytes: bytesIn(WARM_UP_SECONDS) },
  })
  return facts({
    ...{ seconds: ms / 1_000, bytes, calls: 1, codes: { OK: 1 } },
    figures: { [RATE]: (bytes * 8) / (ms * 1_000), [BYTES]: bytes, [MS]: ms },
  })
}
