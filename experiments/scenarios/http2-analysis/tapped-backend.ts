// An echo backend in a process of its own, which all chapters share, and taps in front of it.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { ClientOptions } from '@grpc/grpc-js'
import type { RunContext } from '../../../harness/scenario.ts'
import { createClient, type RpcClient } from '../../../services/rpc/index.ts'
import { type RunningBackend, startBackend } from '../../../testbed/backend.ts'
import { startTap, type TapOptions, type TappedConnection } from '../../../testbed/http2/tap.ts'

/** The backend that runs share: nothing of its state matters to the next run. */
export const sharedBackend = (context: RunContext): Promise<RunningBackend> =>
  context.shared('backend', ({ group, folder }) =>
    startBackend(group, folder, { id: 'b1', listen: '127.0.0.1:0' }),
  )

export type EchoClient = RpcClient<typeof EchoService>

/** Options of channels that share no connection with others of this process. */
export const OWN_CONNECTION: ClientOptions = {
  'grpc.use_local_subchannel_pool': 1,
}

/**
 * Calls through a tap and a connection of their own.
 * @returns the connections that the tap has seen, once all have ended
 */
export async function tapped(
  options: TapOptions,
  calls: (client: EchoClient, address: string) => Promise<void>,
  channel: ClientOptions = {},
): Promise<readonly TappedConnection[]> {
  const tap = await startTap(options)
  const client = createClient(EchoService, tap.address, {
    options: { ...OWN_CONNECTION, ...channel },
  })
  try {
    await calls(client, tap.address)
  } finally {
    client.close()
    await tap.stop()
  }
  return tap.connections()
}
