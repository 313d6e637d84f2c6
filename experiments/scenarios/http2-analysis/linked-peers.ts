// The peers that chapters share: on loopback, and at the two ends of an emulated link.

import type { Need, RunContext } from '../../../harness/scenario.ts'
import { createLink, INSTALL_LINK, type Link, missingForLink } from '../../../testbed/link/create-link.ts'
import type { LinkSettings } from '../../../testbed/link/link-settings.ts'
import { type Peers, startPeers } from './peers/start-peers.ts'

export const NEEDS_LINK: Need = {
  name: 'network namespaces with TUN devices',
  install: `${INSTALL_LINK}, and run it as root`,
  isThere: () => missingForLink() === undefined,
}

/** What the report says of runs over the link. */
export const emulatesLink = (settings: string): string =>
  `a network link (${settings}), by a program between two TUN devices in network namespaces`

export const loopbackPeers = (context: RunContext): Promise<Peers> =>
  context.shared('peers', ({ group }) => startPeers(group))

/** Every run sets the link when it begins. */
export async function linkedPeers(
  context: RunContext,
  settings: LinkSettings,
): Promise<{ readonly link: Link; readonly peers: Peers }> {
  const both = await context.shared('linked-peers', async ({ group }) => {
    const link = await createLink(group, settings)
    return { link, peers: await startPeers(group, link) }
  })
  await both.link.set(settings)
  return both
}
