// Two machines far apart: the emulated link between them delays, loses and limits packets.

import { createLink, missingForLink } from '../link/create-link.ts'
import { laidOver } from './laid.ts'
import type { Transport } from './transport.ts'

const MBIT_PER_SECOND = 100
const ROUND_TRIPS_MS = [20, 80, 200]
const LOSSES_PERCENT = [0, 0.1, 1]

export const INTERNET: readonly Transport[] = ROUND_TRIPS_MS.flatMap((rttMs) =>
  LOSSES_PERCENT.map((percent) => internet(rttMs, percent)),
)

function internet(rttMs: number, lossPercent: number): Transport {
  const loses = lossPercent > 0
  const link = `${rttMs} ms round trip, ${lossPercent} % loss each way, ${MBIT_PER_SECOND} Mbit/s`
  return {
    id: `internet-${rttMs}${loses ? `-loss-${lossPercent}` : ''}`,
    title: `Internet, ${rttMs} ms${loses ? `, ${lossPercent} % loss` : ''}`,
    family: 'internet',
    emulates: `distance: a program carries packets between two TUN devices (${link})`,
    missing: missingForLink,
    async lay(group) {
      const { near, far, counts, isPunctual } = await createLink(group, {
        ...{ rttMs, mbitPerSecond: MBIT_PER_SECOND, loss: lossPercent / 100 },
      })
      const [client, server] = [near.namespace, far.namespace]
      return await laidOver(group, {
        ...{ client, server, ip: far.ip },
        devices: [
          { host: client, device: 'near' },
          { host: server, device: 'far' },
        ],
        settings: {
          link,
          'program of the link': `on any CPU, ${isPunctual ? 'before all ordinary processes' : 'as an ordinary process'}: it is the wire, no cost of either side`,
        },
        counts: async () =>
          Object.fromEntries(
            Object.entries(await counts()).flatMap(([way, { packets, lost }]) => [
              [`link ${way} packets`, packets],
              [`link ${way} lost packets`, lost],
            ]),
          ),
      })
    },
  }
}
