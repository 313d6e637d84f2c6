// Ids of the runs of this chapter.

import type { LostPacketWay } from './lost-packet.ts'

export const SLOW_ANSWER = 'head-of-line.slow-answer'

export const LOST_PACKET: Readonly<Record<LostPacketWay, string>> = {
  http2: 'head-of-line.lost-packet.http2',
  'http1-6': 'head-of-line.lost-packet.http1-6',
}

/** Dots separate the parts of an id: 0.5 % is `loss-0_5`. */
export const downloadId = (way: LostPacketWay, lossPercent: number): string =>
  `head-of-line.download.${way}.loss-${String(lossPercent).replace('.', '_')}`
