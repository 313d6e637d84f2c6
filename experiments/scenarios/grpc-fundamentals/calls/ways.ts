// The two ways from the client to the server of this chapter: directly, and through an Envoy.

import type { RunContext } from '../../../../harness/scenario.ts'
import { startEnvoyBefore } from '../envoy-before.ts'
import { StoryServer } from './story-server.ts'

export const WAYS = ['direct', 'envoy'] as const
export type Way = (typeof WAYS)[number]

export const WAY_TITLES: Readonly<Record<Way, string>> = { direct: 'directly', envoy: 'through Envoy' }

/** The server of the stories, and its address on a way. */
export async function serverOn({ shared }: RunContext, way: Way) {
  const server = await shared('calls: server', async ({ group }) => {
    const started = await StoryServer.start()
    group.ending.addEventListener('abort', () => started.close())
    return started
  })
  if (way === 'direct') return { server, address: server.address }
  const envoy = await shared('calls: envoy', (context) => startEnvoyBefore(context, 'calls', server.address))
  return { server, address: envoy.target }
}
