// All changes, in the order of the report, and which of them a profile makes. A new one is a file of this folder and a line here.

import type { Profile } from '../../../../harness/profile.ts'
import type { Run } from '../../../../harness/scenario.ts'
import type { Way } from '../ways/way.ts'
import type { Change } from './change.ts'
import { DEATHS, FAILURES, SLOWNESS } from './failing.ts'
import { changeId } from './measured-changes.ts'
import { ROLLING_CRASH, ROLLING_RESTART } from './restarting.ts'
import { changeRun } from './run.ts'
import { SCALE_DOWN, SCALE_UP, SCALE_UP_BY_AGE, WITH_AGE, WITHOUT_AGE } from './scaling.ts'

export const CHANGES: readonly Change[] = [
  SCALE_UP,
  SCALE_UP_BY_AGE,
  SCALE_DOWN,
  ROLLING_RESTART,
  ROLLING_CRASH,
  ...DEATHS,
  ...FAILURES,
  SLOWNESS,
  WITHOUT_AGE,
  WITH_AGE,
]

/** A quick run only sees whether changes can be made. */
const QUICK: readonly string[] = [
  changeId('scale-up', 'envoy-l7-round-robin'),
  changeId('rolling-restart', 'envoy-l7-round-robin'),
  changeId('death-outlier-detection', 'envoy-l7-round-robin'),
]

export function changeRuns(profile: Profile, ways: readonly Way[]): readonly Run[] {
  return CHANGES.flatMap((change) =>
    ways
      .filter(({ id }) => change.ways.includes(id))
      .map((way) => changeRun(change, way, profile))
      .filter(({ id }) => profile.name !== 'quick' || QUICK.includes(id)),
  )
}
