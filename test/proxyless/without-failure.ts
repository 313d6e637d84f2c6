// Calls beside a change: none may fail.

import type { GrpcClientProcess } from '../../testbed/grpc-client-process.ts'
import { describeCounts } from './answers.ts'
import type { World } from './world.ts'

/**
 * A call that is lost would hang, so the deadline ends it. A late call must not count as lost: the backends share a
 * process with the control plane and with other rows, which a busy machine may stop for seconds.
 */
const DEADLINE_MS = 60_000

const LOAD = { callsPerSecond: 100, concurrency: 8, deadlineMs: DEADLINE_MS }

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
