// The measured transports with their ways, and what Envoys on the way added.

import type { Measured, Results } from '../../../../harness/results.ts'
import type { PairedDifference } from '../../../../harness/statistics/paired-difference.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { addedBy, type MeasureName, turnValues } from '../turns/turn-results.ts'
import { type SidecarWayId, sidecarRun, waysOver } from './ways.ts'

export interface MeasuredSidecars {
  readonly transport: Transport
  readonly ways: readonly SidecarWayId[]
  readonly rounds: readonly Measured[]
}

export function measuredSidecars(results: Pick<Results, 'runs'>): readonly MeasuredSidecars[] {
  return TRANSPORTS.flatMap((transport) => {
    const rounds = roundsOf(results, sidecarRun(transport.id))
    return rounds.length === 0 ? [] : [{ transport, ways: waysOver(transport), rounds }]
  })
}

/** What a way adds to calls without an Envoy, or to another way. All differences of a transport hold together. */
export function added(
  { rounds, ways }: MeasuredSidecars,
  way: SidecarWayId,
  measure: MeasureName,
  to: SidecarWayId = 'none',
): PairedDifference | undefined {
  return addedBy(rounds, measure, { way, to, comparisons: ways.length - 1 })
}

export function typical({ rounds }: MeasuredSidecars, way: SidecarWayId, measure: MeasureName): number {
  return median(turnValues(rounds, way, measure))
}
