// Has an example client of another language make the calls of a load, as our own loader does for Node.

import { setTimeout as wait } from 'node:timers/promises'
import { SwitchyardError } from '../../../core/errors.ts'
import type { GrpcCallResult, GrpcCalls, GrpcClientProcess } from '../../../testbed/grpc-client-process.ts'
import type { LoadPlan } from '../../../testbed/loader/load-plan.ts'
import type { LoadMark, LoadResult } from '../../../testbed/loader/load-result.ts'
import { encodeLatencies } from '../../../testbed/measure/histogram.ts'
import type { WayLoader } from './ways/way.ts'

/** Calls at a time of an open loop. */
const AT_MOST = 256
const DEADLINE_MS = 10_000
/** The client has no clock of its own for calls that wait for their turn. */
const NOTE =
  'latencies of this client are from the moment that a call was sent; it has no record of when it was due'

/**
 * It makes unary calls over one channel. Its window begins and ends by our clock, and calls that are open at its end count too.
 * @throws SwitchyardError `invalid-argument` for other calls
 */
export function programLoader(client: GrpcClientProcess, tool: string): WayLoader {
  const begin = async (plan: Omit<LoadPlan, 'seconds'>) => {
    const settings = settingsOf(plan)
    if (plan.warmUpSeconds > 0) {
      const warmUp = await client.load(settings)
      await wait(plan.warmUpSeconds * 1000)
      await warmUp.end()
    }
    const marks: LoadMark[] = []
    const begun = performance.now()
    const load = await client.load({ ...settings, raw: true })
    return {
      mark: (label: string) => void marks.push({ atMs: performance.now() - begun, label }),
      counts: async () => {
        throw new SwitchyardError('invalid-argument', `${client.name} counts its calls at the end only`)
      },
      end: async () => ({ ...resultOf(await load.end()), marks }),
    }
  }
  return {
    name: client.name,
    // It is ready, so it has a pid.
    pid: client.pid as number,
    tool,
    begin,
    async run({ seconds, ...plan }, { onBegun = () => {}, onClosed = () => {} } = {}) {
      const load = await begin(plan)
      onBegun()
      await wait(seconds * 1000)
      onClosed()
      const { marks: _, ...result } = await load.end()
      return result
    },
    stop: () => client.stop(),
  }
}

function settingsOf({ calls, loop, deadlineMs, metadata }: Omit<LoadPlan, 'seconds'>): GrpcCalls {
  if (calls.kind !== 'unary') {
    throw new SwitchyardError('invalid-argument', `example clients make unary calls, not ${calls.kind}`)
  }
  return {
    ...(loop.kind === 'open'
      ? { callsPerSecond: loop.callsPerSecond, concurrency: loop.atMost ?? AT_MOST }
      : { concurrency: loop.concurrency }),
    ...(metadata && { metadata }),
    deadlineMs: deadlineMs ?? DEADLINE_MS,
    waitForReady: true,
  }
}

function resultOf({ calls, seconds, codes, errors, backends, latenciesUs = [] }: GrpcCallResult): LoadResult {
  const service = encodeLatencies(latenciesUs)
  return {
    ...{ seconds, calls, codes, errors, shares: backends, messageShares: {}, messages: 2 * calls, bytes: 0 },
    histograms: { call: service, service },
    series: [],
    figures: {},
    notes: [NOTE],
  }
}
