// The fixture of the conformance tests: a server, a client on a real socket, and a way to know that nothing more will arrive.

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
  type XdsServerOptions,
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
  /** Waits until the server has read every request and the client has received every response. Returns the responses that were not taken. */
  readonly untaken: (client?: WireClient) => Promise<ClientResponse[]>
}

export type Applies = (variant: Variant) => boolean
export const everywhere: Applies = () => true
export const onAds: Applies = ({ aggregated }) => aggregated
export const inDelta: Applies = ({ protocol }) => protocol === 'delta'
export const inSotw: Applies = ({ protocol }) => protocol === 'sotw'

/** Runs a script once in each variant it applies to. Its title begins with the codes of its rows. */
export function conform(
  title: string,
  applies: Applies,
  script: (t: Test, session: Session) => Promise<void>,
  options: SessionOptions = {},
): void {
  for (const variant of VARIANTS.filter(applies)) {
    t.test(`${title} (${variant.title})`, async (t) => script(t, await openSession(t, variant, options)))
  }
}

export type SessionOptions = Partial<Omit<XdsServerOptions, 'cache' | 'address'>>

export async function openSession(t: Test, variant: Variant, options: SessionOptions = {}): Promise<Session> {
  const cache = new SnapshotCache()
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  // Secrets are served on a Unix socket only. The path of `t.testdir()` is too long for a socket.
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
  const server = await startXdsServer({
    cache,
    address: `unix:${folder}/xds.sock`,
    drainTimeMs: 0,
    ...options,
  })
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
      await untilAllReceived(cache, events, other)
      return other.untaken()
    },
  }
}

/** Resolves with the next event that matches. */
export function nextEvent(cache: SnapshotCache, matches: (event: XdsEvent) => boolean): Promise<XdsEvent> {
  return new Promise((resolve) => {
    const stop = cache.onEvent((event) => {
      if (!matches(event)) return
      stop()
      resolve(event)
    })
  })
}

/** Resolves when the server has read every request, and the client has received every response. */
export async function untilAllReceived(
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
 * The id of the client's stream, once the server has read all requests on it. To find out, the client sends a request with an
 * unknown nonce: the server ignores it and reports a `stale` event. A SotW type without a response yet has no nonce to compare:
 * there the client subscribes to a name that nobody serves, and the server reports `subscribed`.
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

/** A cache, and a server of it on a free port, until the test ends. */
export async function startServer(t: Test, options: Partial<XdsServerOptions> = {}) {
  const cache = new SnapshotCache()
  const server = await startXdsServer({ cache, address: '127.0.0.1:0', ...options })
  t.teardown(() => server.close())
  return { cache, server }
}
