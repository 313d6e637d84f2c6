// Load curves: latency over throughput to the knee and past it, and where to plan for.

import type { Chapter } from '../../../../harness/chapter.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { checksOf } from './checks.ts'
import {
  BODIES,
  CURVES,
  type Curve,
  cellsOf,
  closedId,
  curveWindowOf,
  OMISSION,
  OMISSION_ID,
  openId,
  roundsOf,
  SUBJECTS,
  WORKERS,
} from './matrix.ts'
import { measureCapacity, measureOmission, measureOpen } from './measure.ts'
import { sectionsOf } from './sections.ts'

/** Calls that are still open when a window ends, and messages between processes. */
const SECONDS_AROUND = 0.2

export const CURVES_CHAPTER: Chapter = {
  title: 'Load curves',
  runs: (profile) => [
    ...CURVES[profile.name].map((curve) =>
      runOf(profile, curve, {
        id: closedId(curve),
        load: 'closed loop',
        // Its first throughput is the capacity for all open loops.
        rounds: 1,
        measure: (context) => measureCapacity(context, curve),
      }),
    ),
    ...cellsOf(profile).map((cell) =>
      runOf(profile, cell, {
        id: openId(cell),
        load: `${cell.share} % of the capacity`,
        measure: (context) => measureOpen(context, cell),
      }),
    ),
    runOf(profile, OMISSION, {
      id: OMISSION_ID,
      load: `${OMISSION.share} % of the capacity by ${WORKERS} workers`,
      measure: (context) => measureOmission(context, OMISSION),
    }),
  ],
  checks: checksOf,
  sections: sectionsOf,
}

function runOf(
  profile: Profile,
  { subject, body }: Curve,
  {
    id,
    load,
    measure,
    rounds = roundsOf(profile),
  }: Pick<Run, 'id' | 'measure' | 'rounds'> & {
    readonly load: string
  },
): Run {
  const { warmUpSeconds, seconds } = curveWindowOf(profile)
  return {
    id,
    labels: { way: SUBJECTS[subject].title, messages: BODIES[body].title, load },
    ...(subject === 'envoy' && { needs: [NEEDS_ENVOY] }),
    rounds,
    seconds: warmUpSeconds + seconds + SECONDS_AROUND,
    measure,
  }
}
