// Head-of-line blocking: by slow answers in HTTP/1.1, not in HTTP/2, and by lost packets in TCP under both.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { emulatesLink, NEEDS_LINK } from '../linked-peers.ts'
import { checksOf } from './checks.ts'
import { DOWNLOADS, measureDownload } from './downloads.ts'
import { downloadId, LOST_PACKET, SLOW_ANSWER } from './ids.ts'
import { LINK, LOST_PACKET_WAYS, type LostPacketWay, measureLostPacket } from './lost-packet.ts'
import { sectionsOf } from './sections.ts'
import { measureSlowAnswer } from './slow-answer.ts'

const DROPS: Readonly<Record<ProfileName, number>> = { quick: 6, standard: 21, full: 99 }
const WAYS = Object.keys(LOST_PACKET_WAYS) as LostPacketWay[]
const EMULATED_LINK = `${LINK.rttMs} ms round trip, ${LINK.mbitPerSecond} Mbit/s`

export const HEAD_OF_LINE: Chapter = {
  title: 'Head-of-line blocking',
  runs,
  checks: checksOf,
  sections: sectionsOf,
}

function runs({ name }: Profile): readonly Run[] {
  const extent = DOWNLOADS[name]
  const onLink = { needs: [NEEDS_LINK], rounds: 3 }
  return [
    {
      id: SLOW_ANSWER,
      labels: { what: 'one slow answer of twelve' },
      seconds: 2,
      measure: measureSlowAnswer,
    },
    ...WAYS.map((way) => ({
      ...onLink,
      id: LOST_PACKET[way],
      labels: { what: 'a packet is lost', way: LOST_PACKET_WAYS[way].title },
      emulates: emulatesLink(`${EMULATED_LINK}, single packets lost`),
      seconds: 1 + DROPS[name] / 2,
      measure: (context: Parameters<Run['measure']>[0]) => measureLostPacket(context, way, DROPS[name]),
    })),
    ...extent.losses.flatMap((loss) =>
      WAYS.map((way) => ({
        ...onLink,
        id: downloadId(way, loss),
        labels: { what: 'download', way: LOST_PACKET_WAYS[way].title, loss: `${loss} %` },
        emulates: emulatesLink(`${EMULATED_LINK}, loss ${loss} %`),
        seconds: 1 + extent.repeats,
        measure: (context: Parameters<Run['measure']>[0]) => measureDownload(context, way, loss, extent),
      })),
    ),
  ]
}
