// Concurrent streams: what happens past the limit of a connection, who opens further ones, and what a pool of channels gains.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { secondsOf } from '../windows.ts'
import { checksOf } from './checks.ts'
import { DEADLINE, measureDeadline } from './deadline.ts'
import { measureWay } from './measure-way.ts'
import { AT_A_TIME, measurePool, POOLS, type PoolKind, poolId } from './pools.ts'
import { sectionsOf } from './sections.ts'
import { WAYS, type Way, wayId } from './ways.ts'

/** Counts are the same in each. */
const ROUNDS = 2
/** The fewest by which two pools can be told apart. */
const POOL_ROUNDS = 4

export const STREAMS: Chapter = {
  title: 'Concurrent streams',
  runs: (profile) => [
    ...WAYS.filter((way) => profile.name !== 'quick' || !isSlow(way)).map(wayRun),
    {
      ...{ id: DEADLINE, labels: { calls: 'one more than the limit, with a deadline' } },
      ...{ rounds: ROUNDS, seconds: 1, measure: measureDeadline },
    },
    ...(['limited', 'free'] as const).flatMap((kind) => poolRuns(profile, kind)),
  ],
  checks: checksOf,
  sections: sectionsOf,
}

/** A program in another language takes a second or two to start. */
const isSlow = ({ client }: Way) => 'language' in client && client.language !== 'go'

function wayRun(way: Way): Run {
  return {
    ...{ id: wayId(way), labels: { calls: 'more than the limit', way: way.title } },
    ...(way.needs && { needs: way.needs }),
    ...{ rounds: ROUNDS, seconds: 'language' in way.client ? 2 : 1 },
    measure: (context) => measureWay(context, way),
  }
}

const poolRuns = (profile: Profile, kind: PoolKind): readonly Run[] =>
  POOLS[profile.name][kind].map((channels) => ({
    id: poolId(kind, channels),
    labels: {
      ...{ calls: `${AT_A_TIME} at a time`, channels: String(channels) },
      server: kind === 'limited' ? 'with a limit' : 'without a limit',
    },
    ...{ rounds: POOL_ROUNDS, seconds: secondsOf(profile) },
    measure: (context) => measurePool(context, kind, channels),
  }))
