// Both tools on each load, in turns; and where a server waits, the comparison that says whether their clocks agree.

import {
  COMPARED_DELAY_MS,
  COMPARED_LOADS,
  compareLoaders,
  type LoaderComparison,
} from '../../../../harness/compare-loaders.ts'
import type { Profile } from '../../../../harness/profile.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { roundsOf } from '../windows.ts'
import { LOAD_NAMES, LOADS, planFor } from './loads.ts'
import { openEndpoint } from './servers.ts'

/** Enough calls for a p99, in all profiles that have it: few calls a second are made. */
const DELAYED_WINDOW = { warmUpSeconds: 0.5, seconds: 3 }

/** What the server waits is long beside the time of a client in Node: what is left is how a tool counts. */
const agreeing = (rounds?: number): LoaderComparison =>
  compareLoaders({
    ...{ name: 'tools.delay', way: `TCP, the server waits ${COMPARED_DELAY_MS} ms` },
    loads: { ...COMPARED_LOADS, ...DELAYED_WINDOW },
    open: (context) => openEndpoint(context, 'tcp'),
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
