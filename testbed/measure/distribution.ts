// Sends calls over a number of connections, and counts which backends answered.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { type ChannelCredentials, type ClientOptions, Metadata, status } from '@grpc/grpc-js'
import { createClient, type RpcClient, RpcStatusError } from '../../services/rpc/index.ts'
import { coefficientOfVariation, noiseFloor } from './statistics.ts'

/** Concurrent calls, spread over the connections. */
const CONCURRENCY = 16

/** The header that ring_hash and maglev hash by default. */
export const KEY_HEADER = 'x-user'

/** Calls have no key, a key each, or all the same key. */
export type Keys = 'none' | 'distinct' | { readonly same: string }

export interface DistributionOptions {
  readonly connections: number
  readonly calls: number
  readonly keys?: Keys
  /** Headers of every call, besides the key. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default: plaintext. */
  readonly credentials?: ChannelCredentials
  /** Further options of each channel. */
  readonly channel?: ClientOptions
}

export interface Distribution {
  readonly connections: number
  readonly calls: number
  readonly keys: Keys
  /** Calls by backend; 0 for a backend that got none. */
  readonly byBackend: ReadonlyMap<string, number>
  /** Error messages of failed calls; of one without a message the name of its status. */
  readonly failures: readonly string[]
  /** Coefficient of variation of `byBackend`. */
  readonly variation: number
  /** The coefficient of variation that random picks would have. */
  readonly noiseFloor: number
}

/**
 * Sends unary calls over new connections, which are spread over the targets.
 * @param onProgress called with the counts so far after each call
 */
export async function measureDistribution(
  targets: readonly string[],
  backends: readonly string[],
  { connections, calls, keys = 'none', headers = {}, credentials, channel }: DistributionOptions,
  onProgress: (counted: Distribution) => void = () => {},
): Promise<Distribution> {
  const byBackend = new Map(backends.map((id) => [id, 0]))
  const failures: string[] = []
  const count = (): Distribution => {
    const counts = [...byBackend.values()]
    const variation = coefficientOfVariation(counts)
    const floor = noiseFloor(calls, backends.length)
    return { connections, calls, keys, byBackend, failures, variation, noiseFloor: floor }
  }

  const clients = Array.from({ length: connections }, (_, index) =>
    openConnection(targets[index % targets.length] ?? '', credentials, channel),
  )
  let begun = 0
  const work = async (client: RpcClient<typeof EchoService>) => {
    while (begun < calls) {
      begun += 1
      const metadata = keyed(keys, begun, headers)
      try {
        const { backendId } = await client.unary({ message: 'where am I?' }, { metadata })
        byBackend.set(backendId, (byBackend.get(backendId) ?? 0) + 1)
      } catch (error) {
        failures.push(describeError(error))
      }
      onProgress(count())
    }
  }
  const workersEach = Math.max(1, Math.floor(CONCURRENCY / connections))
  await Promise.all(clients.flatMap((client) => Array.from({ length: workersEach }, () => work(client))))
  for (const client of clients) client.close()
  return count()
}

/** Envoy's answer to a call without a route has no message, so the status has to say it. */
function describeError(error: unknown): string {
  const { code, message } = RpcStatusError.from(error)
  return message === '' ? (status[code] ?? String(code)) : message
}

function keyed(keys: Keys, call: number, headers: Readonly<Record<string, string>>): Metadata {
  const metadata = Metadata.fromHttp2Headers(headers)
  if (keys !== 'none') metadata.set(KEY_HEADER, keys === 'distinct' ? `user-${call}` : keys.same)
  return metadata
}

/** A channel with a connection of its own. */
function openConnection(
  address: string,
  credentials: ChannelCredentials | undefined,
  channel: ClientOptions | undefined,
): RpcClient<typeof EchoService> {
  return createClient(EchoService, address, {
    ...(credentials && { credentials }),
    options: { ...channel, 'grpc.use_local_subchannel_pool': 1 },
  })
}
