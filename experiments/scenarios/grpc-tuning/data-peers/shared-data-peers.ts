// The peers that the chapters share: on loopback, and at the two ends of an emulated link.

import type { RunContext } from '../../../../harness/scenario.ts'
import { type DataPeers, startDataPeers } from '../../../../testbed/data-peers/start-data-peers.ts'
import { createLink, type Link } from '../../../../testbed/link/create-link.ts'
import type { LinkSettings } from '../../../../testbed/link/link-settings.ts'

export const loopbackDataPeers = (context: RunContext): Promise<DataPeers> =>
  context.shared('data-peers', ({ group }) => startDataPeers(group))

export interface LinkedDataPeers {
  readonly link: Link
  readonly peers: DataPeers
}

/** Every run sets the link when it begins. */
export async function linkedDataPeers(context: RunContext, settings: LinkSettings): Promise<LinkedDataPeers> {
  const both = await context.shared('linked-data-peers', async ({ group }) => {
    const link = await createLink(group, settings)
    return { link, peers: await startDataPeers(group, link) }
  })
  await both.link.set(settings)
  return both
}
