// The rows of the distribution of a fleet: calls of load reports, or at L4 the connections that are open.

import { valueAt } from '../../document/json-patch.ts'
import type { FlipProgress, LoadEvent } from '../../store/contract.ts'
import type { Json, OpenConnections, State } from '../../store/state.ts'
import type { Row } from './bars.ts'
import { windowsOf } from './windows.ts'

export interface NodeRow extends Row {
  readonly node: string
}

export interface FleetRows {
  /** What `now` counts. At L4, Envoy does not see calls. */
  readonly unit: 'call' | 'connection'
  /** Before a change of the mode, the other thing was counted; shares compare all the same. */
  readonly before: readonly NodeRow[]
  readonly now: readonly NodeRow[]
  /** How long `now` is. 0 for connections, which are counted at one moment. */
  readonly seconds: number
}

/** The `lb.mode` of the fleet. Fleets of gRPC clients have none, and balance calls. */
export function modeOf(document: Json | undefined, fleet: string): 'l4' | 'l7' {
  return valueAt(document, ['fleets', fleet, 'lb', 'mode']) === 'l4' ? 'l4' : 'l7'
}

/** At L4, load reports count a connection as a call when it opens: few, and none while clients keep theirs. */
export function rowsOf(
  state: Pick<State, 'load' | 'open' | 'config'>,
  fleet: string,
  flip: FlipProgress | undefined,
): FleetRows {
  const calls = windowsOf(state.load.get(fleet) ?? [], flip)
  const samples = (state.open.get(fleet) ?? []).map((sample) => ({ ...sample, seconds: 0 }))
  const open = windowsOf(samples, flip)
  const openBefore = open.before.at(-1)
  const isL4 = modeOf(state.config?.document, fleet) === 'l4'
  return {
    unit: isL4 ? 'connection' : 'call',
    before: openBefore?.mode === 'l4' ? connectionsOf(openBefore) : calls.before.flatMap(({ rows }) => rows),
    now: isL4 ? connectionsOf(open.now.at(-1)) : calls.now.flatMap(({ rows }) => rows),
    seconds: isL4 ? 0 : lengthOf(calls.now),
  }
}

function lengthOf(reports: readonly LoadEvent[]): number {
  const [first, last] = [reports[0], reports.at(-1)]
  if (first === undefined || last === undefined) return 0
  return (Date.parse(last.at) - Date.parse(first.at)) / 1_000 + first.seconds
}

function connectionsOf(sample: OpenConnections | undefined): readonly NodeRow[] {
  return (sample?.rows ?? []).map(({ open, ...row }) => ({ ...row, calls: open, errors: 0 }))
}
