// What distance asks for: connections that are kept, retries and hedging, each with its twin.

import type { Chapter } from '../../../../harness/chapter.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Need, Run, RunContext } from '../../../../harness/scenario.ts'
import { HANDSHAKE_CASES } from '../../../../testbed/new-connections/securities.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { needOf } from '../need-of.ts'
import { secondsOf } from '../turns/in-turns.ts'
import {
  ATTEMPT_WAY_IDS,
  HEDGING_KINDS,
  hedgingRun,
  hedgingTransport,
  measureHedging,
  measureRetries,
  RETRIES_RUN,
} from './attempts.ts'
import { checksOf } from './checks.ts'
import { measureConnections } from './connections.ts'
import {
  BATCHES,
  connectionsRun,
  distancesOf,
  INTERNET_TURNS,
  internetTransport,
  isBatchAt,
  LANES,
  LOSS_PERCENT,
  lossesOf,
  NEAR_MS,
  repeatsAt,
} from './extent.ts'
import { measurePooling, POOLS, poolingRun } from './pooling.ts'
import { sectionsOf } from './sections.ts'

const START_SECONDS = 3

export const INTERNET_CHAPTER: Chapter = {
  title: 'Over the Internet',
  runs: (profile) => {
    const { turnSeconds } = secondsBy(profile)
    return [
      ...distancesOf(profile).map((rttMs) => ({
        ...over(internetTransport(rttMs), connectionsRun(rttMs), { part: 'new connections' }),
        seconds: START_SECONDS + connectionSeconds(profile, rttMs),
        measure: (context: RunContext) => measureConnections(context, rttMs),
      })),
      ...lossesOf(profile).map((percent) => ({
        ...over(internetTransport(NEAR_MS, percent), poolingRun(percent), {
          part: 'one connection or several',
        }),
        seconds: turnSeconds(POOLS.length),
        measure: (context: RunContext) => measurePooling(context, percent),
      })),
      {
        ...over(internetTransport(NEAR_MS, LOSS_PERCENT), RETRIES_RUN, { part: 'retries' }, [NEEDS_ENVOY]),
        seconds: turnSeconds(ATTEMPT_WAY_IDS.length),
        measure: measureRetries,
      },
      ...HEDGING_KINDS.filter((kind) => kind === 'slow' || profile.name !== 'quick').map((kind) => ({
        ...over(hedgingTransport(kind), hedgingRun(kind), { part: `hedging, ${kind}` }, [NEEDS_ENVOY]),
        seconds: turnSeconds(ATTEMPT_WAY_IDS.length),
        measure: (context: RunContext) => measureHedging(context, kind),
      })),
    ] satisfies readonly Run[]
  },
  checks: checksOf,
  sections: sectionsOf,
}

/** All but its measure. The turns are the rounds. */
function over(
  transport: Transport,
  id: string,
  labels: Readonly<Record<string, string>>,
  needs: readonly Need[] = [],
) {
  return {
    ...{ id, rounds: 1 },
    labels: { transport: transport.title, ...labels },
    needs: [needOf(transport), ...needs],
    ...(transport.emulates !== undefined && { emulates: transport.emulates }),
  }
}

function secondsBy({ name }: Profile) {
  return { turnSeconds: (ways: number) => START_SECONDS + secondsOf(INTERNET_TURNS[name], ways) }
}

/** Five round trips for each new connection, and those of the longest batch. */
function connectionSeconds(profile: Profile, rttMs: number): number {
  const handshakes = (HANDSHAKE_CASES.length / LANES) * repeatsAt(profile, rttMs) * 5
  const longest = Math.max(
    ...BATCHES.filter((batch) => isBatchAt(batch, rttMs)).map(({ calls, order }) =>
      order === 'at once' ? 1 : calls,
    ),
  )
  return ((handshakes + 5 + longest) * rttMs) / 1_000
}
