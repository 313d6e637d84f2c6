// What the conformance tests start from: a server, a client on a real socket, and a way to know that nothing more will come.

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  type ResourceInput,
  type Snapshot,
  SnapshotCache,
  startXdsServer,
  type XdsEvent,
  type XdsServer,
} from '../../xds-server/index.ts'
import type { ClientResponse } from './client-state.ts'
import { VARIANTS, type Variant, WireClient } from './wire-client.ts'
import { connectTo } from './xds-client.ts'

export interface Session {
  readonly variant: Variant
  readonly cache: SnapshotCache
  readonly server: XdsServer
  readonly client: WireClient
  /** All events of the cache so far. */
  readonly events: readonly XdsEvent[]
  /** Serves these resources to the client's group. */
  readonly serve: (...resources: readonly ResourceInput[]) => Snapshot
  /** Waits until the server has read all that the client sent and all that it sent has come; what of it was not taken. */
  readonly untaken: (client?: WireClient) => Promise<ClientResponse[]>
}

export type Applies = (variant: Variant) => boolean
export const everywhere: Applies = () => true
export const onAds: Applies = ({ aggregated }) => aggregated
export const inDelta: Applies = ({ protocol }) => protocol === 'delta'
export const inSotw: Applies = ({ protocol }) => protocol === 'sotw'

/** A script runs once in each variant to which it applies; its title begins with the row that it proves. */
export function conform(
  title: string,
  applies: Applies,
  script: (t: Test, session: Session) => Promise<void>,
): void {
  for (const variant of VARIANTS.filter(applies)) {
    t.test(`${title} (${variant.title})`, async (t) => script(t, await openSession(t, variant)))
  }
}

export async function openSession(t: Test, variant: Variant): Promise<Session> {
  const cache = new SnapshotCache()
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  // Secrets are served on a Unix socket only; not `t.testdir()`, whose path is longer than a socket's may be.
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
  const server = await startXdsServer({ cache, address: `unix:${folder}/xds.sock` })
  t.teardown(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const client = new WireClient({ channel: connectTo(t, server.address), variant })
  t.teardown(() => client.close())
  return {
    variant,
    cache,
    server,
    client,
    events,
    serve: (...resources) => cache.setSnapshot('fleet', resources),
    untaken: async (other = client) => {
      await untilAllCame(cache, events, other)
      return other.untaken()
    },
  }
}

/** Resolves with the first event from now on that fits. */
export function nextEvent(cache: SnapshotCache, fits: (event: XdsEvent) => boolean): Promise<XdsEvent> {
  return new Promise((resolve) => {
    const stop = cache.onEvent((event) => {
      if (!fits(event)) return
      stop()
      resolve(event)
    })
  })
}

/** Resolves once the server has read all that the client sent, and all that it sent has come. */
export async function untilAllCame(
  cache: SnapshotCache,
  events: readonly XdsEvent[],
  client: WireClient,
): Promise<void> {
  await Promise.all(
    client.streams.map(async ({ typeUrl, raw }) => {
      const stream = await untilRead(cache, client, typeUrl)
      const sent = events.filter((event) => event.kind === 'sent' && event.stream.id === stream)
      await raw.untilReceived(sent.length)
    }),
  )
}

/**
 * The id of the client's stream, once the server has read all that was sent on it. A request that answers a response which
 * never was is passed over, and told; in the state of the world only after a first response, and before it a name that
 * nobody serves is told too.
 */
async function untilRead(cache: SnapshotCache, client: WireClient, typeUrl: string): Promise<number> {
  const { state } = client
  const responseNonce = `barrier-${randomUUID()}`
  const isProbe = state.protocol === 'sotw' && !state.isAnswered(typeUrl)
  const request = isProbe ? state.subscribe(typeUrl, [responseNonce]) : state.change(typeUrl, [], [])
  const names = state.names(typeUrl).size
  const read = nextEvent(cache, (event) => {
    if (event.kind === 'stale') return event.nonce === responseNonce
    return isProbe && event.kind === 'subscribed' && event.typeUrl === typeUrl && event.names === names
  })
  client.send({ ...request, responseNonce })
  const event = await read
  return 'stream' in event ? event.stream.id : 0
}
