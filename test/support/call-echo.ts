// Calls the echo service, and says who answered each call.

import type { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata } from '@grpc/grpc-js'
import type { RpcClient } from '../../services/rpc/index.ts'

export interface Calls {
  readonly count: number
  /** The number of concurrent calls; 1 keeps them in order. */
  readonly concurrency?: number
  /** The headers of each call, by its index. */
  readonly headers?: (index: number) => Readonly<Record<string, string>>
}

/** The ids of the backends that answered, in the order in which the calls started. A failed call gives `failed`. */
export async function callEcho(
  client: RpcClient<typeof EchoService>,
  { count, concurrency = 1, headers = () => ({}) }: Calls,
): Promise<string[]> {
  const answers: string[] = []
  let begun = 0
  const work = async () => {
    while (begun < count) {
      const index = begun++
      const metadata = Metadata.fromHttp2Headers(headers(index))
      answers[index] = await client.unary({ message: 'which?' }, { metadata }).then(
        ({ backendId }) => backendId,
        () => FAILED,
      )
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return answers
}

export const FAILED = 'failed'
