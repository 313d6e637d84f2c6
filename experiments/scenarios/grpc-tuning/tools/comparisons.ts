// Both tools on each load, in turns; and where a server waits, the comparison that says whether their clocks agree.

import {
  COMPARED_LOADS,
  compareLoaders,
  type LoaderComparison,
  type Loads,
} from '../../../../harness/compare-loaders.ts'
import { NEEDS_GO } from '../../../../harness/needs.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { openComparedServer } from '../../grpc-loadbalancing/runs/loaders.ts'
import { roundsOf } from '../windows.ts'
import { LOAD_NAMES, LOADS, planFor } from './loads.ts'
import { openEndpoint } from './servers.ts'

/** Long beside the time of a client in Node, 0.3 ms or so: what is left is how a tool counts. */
const DELAY_MS = 50

/** Enough calls for a p99, in all profiles that have it: few calls a second are made. */
const DELAYED_LOADS: Loads = {
  ...COMPARED_LOADS,
  calls: { kind: 'unary', delayMs: DELAY_MS },
  ...{ warmUpSeconds: 1, seconds: 3 },
}

const agreeing = (rounds?: number): LoaderComparison =>
  compareLoaders({
    ...{ name: 'tools.delay', way: `TCP, a server in Go waits ${DELAY_MS} ms` },
    loads: DELAYED_LOADS,
    ...{ open: openComparedServer, needs: [NEEDS_GO] },
    ...(rounds !== undefined && { rounds }),
  })

/** Whether both tools agree, as far as their rounds can tell. */
export const { check: checkAgreement } = agreeing()

export function toolRuns(profile: Profile): readonly Run[] {
  const rounds = roundsOf(profile)
  const compared = LOAD_NAMES.flatMap((name) => {
    const { title, endpoint } = LOADS[name]
    return compareLoaders({
      ...{ name: `tools.${name}`, way: title, rounds, loads: planFor(LOADS[name], profile) },
      open: (context) => openEndpoint(context, endpoint),
    }).runs
  })
  // One round decides nothing.
  return profile.name === 'quick' ? compared : [...compared, ...agreeing(rounds).runs]
}
