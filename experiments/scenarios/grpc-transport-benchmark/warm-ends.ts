// Ends that are warm: a process of Node that has just started, or that has long had nothing to do, takes up to three times as long for
// a call.

import type { ProfileName } from '../../../harness/profile.ts'
import type { RunContext } from '../../../harness/scenario.ts'
import type { Loader } from '../../../testbed/loader/start-loader.ts'
import type { Transport } from '../../../testbed/transports/transport.ts'
import { type Ends, startEnds } from './ends.ts'

/** Calls of all kinds, before those that a run warms up with. */
const SECONDS: Readonly<Record<ProfileName, number>> = { quick: 0, standard: 2, full: 10 }

/** Transports that are measured in more cells than others must not be warmer for that. */
const IDLE_MS = 15_000

interface Warmth {
  usedMs: number
}

/** The same ends for all runs and rounds, warmed up where they have not been used for a while. */
export async function warmEnds(context: RunContext, transport: Transport): Promise<Ends> {
  const ends = await startEnds(context, transport)
  const warmth = await context.shared(
    `warmth ${transport.id}`,
    async (): Promise<Warmth> => ({ usedMs: Number.NEGATIVE_INFINITY }),
  )
  const seconds = SECONDS[context.profile.name]
  if (seconds > 0 && performance.now() - warmth.usedMs > IDLE_MS)
    await warmUp(ends.loader, ends.target, seconds)
  warmth.usedMs = performance.now()
  return ends
}

async function warmUp(loader: Loader, target: string, seconds: number): Promise<void> {
  const sizes = { payloadBytes: 64, responseBytes: 64 }
  const stream = { ...sizes, messages: 100 }
  await loader.run({
    ...{ target, connections: 1, loop: { kind: 'closed', concurrency: 10 }, warmUpSeconds: 0, seconds },
    calls: {
      kind: 'mixed',
      of: [
        { weight: 8, shape: { kind: 'unary', ...sizes } },
        { weight: 1, shape: { kind: 'server-stream', ...stream } },
        { weight: 1, shape: { kind: 'bidirectional', ...stream } },
      ],
    },
  })
}
