// The same transfers through an Envoy at one end of the link: its windows are those of the document.

import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { Direction } from '../../../../testbed/data-peers/jobs/transfer.ts'
import { linkedDataPeers } from '../data-peers/shared-data-peers.ts'
import { bytesFor, durationsOf, linkOf, windowBytes } from './cells.ts'
import { startLinkedEnvoy } from './linked-envoy.ts'
import { transferFacts } from './measure-window.ts'

/** Where the Envoy is decides which of its windows the link needs, and for which direction. */
export const PLACES = {
  far: {
    ...{ title: 'beside the server', direction: 'up', of: 'fleet' },
    what: 'uploads',
  },
  near: {
    ...{ title: 'beside the client', direction: 'down', of: 'upstream' },
    what: 'downloads',
  },
} as const satisfies Readonly<
  Record<'far' | 'near', { title: string; direction: Direction; of: string; what: string }>
>
export type Place = keyof typeof PLACES

/** Recommendations are for the long one; without distance, windows should cost nothing. */
export const ENVOY_RTT_MS = 20
const ENVOY_RTTS_MS = [0, ENVOY_RTT_MS]

export interface EnvoyCell {
  readonly place: Place
  readonly kib: number
  readonly rttMs: number
}

const SIZES = [64, 1_024]
const PLACES_OF: Readonly<Record<ProfileName, readonly Place[]>> = {
  quick: ['far'],
  standard: ['far', 'near'],
  full: ['far', 'near'],
}

export const envoyCells = ({ name }: { readonly name: ProfileName }): readonly EnvoyCell[] =>
  PLACES_OF[name].flatMap((place) =>
    (name === 'quick' ? [ENVOY_RTT_MS] : ENVOY_RTTS_MS).flatMap((rttMs) =>
      SIZES.map((kib) => ({ place, kib, rttMs })),
    ),
  )

/** Whether the round trip is long enough for the window to be the bound. */
export const isFar = ({ rttMs }: Pick<EnvoyCell, 'rttMs'>): boolean => rttMs === ENVOY_RTT_MS

export const envoyId = ({ place, kib, rttMs }: EnvoyCell): string =>
  `windows.envoy-${place}.${isFar({ rttMs }) ? '' : `${rttMs}-ms.`}${kib}-KiB`

export async function measureEnvoy(context: RunContext, { place, kib, rttMs }: EnvoyCell): Promise<Measured> {
  const { link, peers } = await linkedDataPeers(context, linkOf(rttMs))
  // The server and, in downloads, the client keep HTTP/2's default: what Envoy gives is all that there is on the link.
  const upstream = await peers.open()
  const envoy = await context.shared(`linked-envoy-${place}`, ({ group, folder }) =>
    startLinkedEnvoy(group, folder, { link, side: place, upstream }),
  )
  const window = windowBytes(kib)
  const target = await envoy.setWindows({ streamWindow: window, connectionWindow: window })
  const { warmUpSeconds, seconds } = durationsOf(context.profile, rttMs)
  const bytes = bytesFor(rttMs, kib, seconds)
  const { ms } = await peers.run('transfer', {
    ...{ target, direction: PLACES[place].direction },
    bytes: [bytesFor(rttMs, kib, warmUpSeconds), bytes],
  })
  return transferFacts(bytes, ms.at(-1) ?? Number.NaN)
}
