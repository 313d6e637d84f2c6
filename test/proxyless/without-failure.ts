// Calls beside a change: none may fail.

import type { GrpcClientProcess } from '../../testbed/grpc-client-process.ts'
import { describeCounts } from './answers.ts'
import type { World } from './world.ts'

const LOAD = { callsPerSecond: 100, concurrency: 8 }

/** Runs calls beside `during`, and throws if one of them failed. */
export async function withoutFailure(
  world: World,
  program: GrpcClientProcess,
  during: () => Promise<void>,
): Promise<void> {
  const load = await program.load(LOAD)
  await during()
  const { calls, codes, errors } = await load.end()
  if (codes.OK !== calls) {
    throw new Error(`of ${calls} calls ${describeCounts(codes)}: ${describeCounts(errors)}`)
  }
  world.measured(`${calls} calls, none failed`)
}
