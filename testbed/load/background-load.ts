// Background calls while a switch changes. A failed call is one that a user would notice.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { createClient } from '../../services/rpc/index.ts'
import { CallCount } from './call-count.ts'

const CHANNELS = 4
const CALLS_EACH = 2

export interface LoadResult {
  readonly calls: number
  /** Error messages of the calls that failed. */
  readonly failures: readonly string[]
}

export interface BackgroundLoad {
  /** Resolves after this number of further calls has ended. */
  readonly further: (calls: number) => Promise<void>
  /** Stops; resolves when the calls in flight have ended. */
  readonly stop: () => Promise<LoadResult>
}

/** Starts unary calls: two at a time on each channel, at least four channels with default options, spread over the targets. */
export function startBackgroundLoad(...targets: readonly string[]): BackgroundLoad {
  const clients = Array.from({ length: Math.max(CHANNELS, targets.length) }, (_, index) =>
    createClient(EchoService, targets[index % targets.length] ?? '', {
      options: { 'grpc.use_local_subchannel_pool': 1 },
    }),
  )
  const failures: string[] = []
  const count = new CallCount()
  let isRunning = true
  const work = async (client: (typeof clients)[number]) => {
    while (isRunning) {
      await client.unary({ message: 'load' }).catch((error: Error) => failures.push(error.message))
      count.add()
    }
  }
  const workers = clients.flatMap((client) => Array.from({ length: CALLS_EACH }, () => work(client)))
  return {
    further: (calls) => count.further(calls),
    stop: async () => {
      isRunning = false
      await Promise.all(workers)
      for (const client of clients) client.close()
      return { calls: count.ended, failures }
    },
  }
}
