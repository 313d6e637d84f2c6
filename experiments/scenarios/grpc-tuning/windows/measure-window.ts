// One large message over the link, by the window of the side that receives it.

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { linkedDataPeers } from '../data-peers/shared-data-peers.ts'
import { bytesFor, durationsOf, linkOf, type WindowCell, windowBytes } from './cells.ts'

export const FIGURES = {
  rate: 'throughput (Mbit/s)',
  bytes: 'bytes',
  ms: 'transfer (ms)',
} as const

export async function measureWindow(context: RunContext, cell: WindowCell): Promise<Measured> {
  const { direction, rttMs, kib } = cell
  const { peers } = await linkedDataPeers(context, linkOf(rttMs))
  const window = windowBytes(kib)
  const target = await peers.open(direction === 'up' ? { window } : {})
  const { warmUpSeconds, seconds } = durationsOf(context.profile, rttMs)
  const bytes = bytesFor(rttMs, kib, seconds)
  const { ms } = await peers.run('transfer', {
    ...{ target, direction, bytes: [bytesFor(rttMs, kib, warmUpSeconds), bytes] },
    ...(direction === 'down' && { window }),
  })
  return transferFacts(bytes, ms.at(-1) ?? Number.NaN)
}

export function transferFacts(bytes: number, ms: number): Measured {
  return facts({
    ...{ seconds: ms / 1_000, bytes, calls: 1, codes: { OK: 1 } },
    figures: { [FIGURES.rate]: (bytes * 8) / (ms * 1_000), [FIGURES.bytes]: bytes, [FIGURES.ms]: ms },
  })
}
