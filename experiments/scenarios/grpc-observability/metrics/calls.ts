// Makes calls of a story.

import type { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { ClientOptions } from '@grpc/grpc-js'
import { type RpcClient, RpcStatusError } from '../../../../services/rpc/index.ts'
import type { ObservedEdge } from '../observed-edge.ts'

export type Echo = RpcClient<typeof EchoService>

export interface Calls {
  /** What the program asked for, whatever became of it. */
  readonly made: number
  /** What else must hold, and whether it does. */
  readonly facts?: Readonly<Record<string, boolean>>
  /** What else was measured. */
  readonly figures?: Readonly<Record<string, number>>
}

export interface CallSettings {
  /** Calls at a time. Default: 5. */
  readonly concurrency?: number
  readonly options?: ClientOptions
  /** Default: the Envoy. */
  readonly target?: string
  readonly deadlineMs?: number
}

/** Unary calls that may end with any status, over one channel. */
export async function inParallel(
  edge: ObservedEdge,
  count: number,
  { concurrency = 5, options, target, deadlineMs }: CallSettings,
): Promise<Calls> {
  const client = edge.client(options, target)
  let left = count
  const callInTurn = async () => {
    for (; left > 0; ) {
      left -= 1
      const deadline = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs }
      await expectStatus(client.unary({ message: 'observed' }, deadline))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, callInTurn))
  client.close()
  return { made: count }
}

/** @throws what is not a status of gRPC */
export async function expectStatus(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof RpcStatusError)) throw error
  }
}

/** One after the other. */
export async function inTurn(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await act(index)
}
