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

export const ENVOY_RTT_MS = 20

export interface EnvoyCell {
  readonly place: Place
  readonly kib: number
}

const SIZES = [64, 1_024]
const PLACES_OF: Readonly<Record<ProfileName, readonly Place[]>> = {
  quick: ['far'],
  standard: ['far', 'near'],
  full: ['far', 'near'],
}

export const envoyCells = ({ name }: { readonly name: ProfileName }): readonly EnvoyCell[] =>
  PLACES_OF[name].flatMap((place) => SIZES.map((kib) => ({ place, kib })))

export const envoyId = ({ place, kib }: EnvoyCell): string => `windows.envoy-${place}.${kib}-KiB`

export async function measureEnvoy(context: RunContext, { place, kib }: EnvoyCell): Promise<Measured> {
  const { link, peers } = await linkedDataPeers(context, linkOf(ENVOY_RTT_MS))
  // The server and, in downloads, the client keep HTTP/2's default: what Envoy gives is all that there is on the link.
  const upstream = await peers.open()
  const envoy = await context.shared(`linked-envoy-${place}`, ({ group, folder }) =>
    startLinkedEnvoy(group, folder, { link, side: place, upstream }),
  )
  const window = windowBytes(kib)
  const target = await envoy.setWindows({ streamWindow: window, connectionWindow: window })
  const { warmUpSeconds, seconds } = durationsOf(context.profile, ENVOY_RTT_MS)
  const bytes = bytesFor(ENVOY_RTT_MS, kib, seconds)
  const { ms } = await peers.run('transfer', {
    ...{ target, direction: PLACES[place].direction },
    bytes: [bytesFor(ENVOY_RTT_MS, kib, warmUpSeconds), bytes],
  })
  return transferFacts(bytes, ms.at(-1) ?? Number.NaN)
}
