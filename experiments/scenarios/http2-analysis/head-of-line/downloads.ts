// A page of many objects over a lossy link: one connection against six.

import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { linkedPeers } from '../linked-peers.ts'
import { LINK, LOST_PACKET_WAYS, type LostPacketWay } from './lost-packet.ts'

export interface DownloadExtent {
  /** In percent. */
  readonly losses: readonly number[]
  readonly objects: number
  /** Downloads in a round, each with a seed of its own. */
  readonly repeats: number
}

export const DOWNLOADS: Readonly<Record<ProfileName, DownloadExtent>> = {
  quick: { losses: [0, 2], objects: 12, repeats: 2 },
  standard: { losses: [0, 0.5, 1, 2], objects: 40, repeats: 4 },
  full: { losses: [0, 0.1, 0.5, 1, 2, 4], objects: 100, repeats: 10 },
}

export const OBJECT_BYTES = 25_000
/** So that congestion windows are those of connections in use, not of new ones. */
const WARM_UP_BYTES = 30_000
/** More than the link holds, as browsers give: flow control must not be what limits HTTP/2 here. HTTP/1.1 has none. */
export const WINDOW_BYTES = 1_048_576

export const DOWNLOAD_MS = 'download (ms, median)'
export const DOWNLOADS_MS = 'all downloads (ms)'

export async function measureDownload(
  context: RunContext,
  name: LostPacketWay,
  lossPercent: number,
  { objects, repeats }: DownloadExtent,
): Promise<Measured> {
  const { way, connections } = LOST_PACKET_WAYS[name]
  const times: number[] = []
  let [lost, packets] = [0, 0]
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    // The ways have the same seeds: their n-th packets have the same fate.
    const seed = context.round * repeats + repeat
    const { link, peers } = await linkedPeers(context, { ...LINK, loss: lossPercent / 100, seed })
    const caller = { ...peers.caller(way, { connections }), window: WINDOW_BYTES }
    const { ms } = await peers.run('download', {
      caller,
      objects,
      bytes: OBJECT_BYTES,
      warmUpBytes: WARM_UP_BYTES,
    })
    const counts = (await link.counts())['to-near']
    times.push(ms)
    lost += counts.lost
    packets += counts.packets
  }
  return facts({
    seconds: times.reduce((sum, one) => sum + one, 0) / 1_000,
    bytes: repeats * objects * OBJECT_BYTES,
    figures: {
      [DOWNLOAD_MS]: median(times),
      [DOWNLOADS_MS]: times.reduce((sum, one) => sum + one, 0),
      'packets of the server': packets,
      'packets lost': lost,
    },
  })
}
