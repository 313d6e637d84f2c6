// The calls of each worker of each Envoy, from the figures of the runs that count them.

import type { Results } from '../../../../harness/results.ts'
import { readFigureName, type StateFigure } from '../runs/state-figures.ts'

export interface StateCounts {
  /** Such as `1 Envoy of 2 workers`. */
  readonly setup: string
  readonly calls: StateFigure['calls']
  /** Calls by backend, for each worker that got a connection. */
  readonly states: ReadonlyMap<string, Readonly<Record<string, number>>>
  readonly all: Readonly<Record<string, number>>
}

/** Of the first round: each round begins anew, so to add them up would hide what few calls do. */
export function stateCountsOf({ runs }: Results): readonly StateCounts[] {
  return runs
    .filter(({ id, round, measured }) => id.startsWith('states.') && round === 1 && measured)
    .flatMap(({ labels, measured }) =>
      (['few', 'many'] as const).map((calls) => {
        const states = new Map<string, Record<string, number>>()
        const all: Record<string, number> = {}
        for (const [name, count] of Object.entries(measured?.figures ?? {})) {
          const figure = readFigureName(name)
          if (figure?.calls !== calls) continue
          const state = states.get(figure.state) ?? {}
          states.set(figure.state, { ...state, [figure.backend]: count })
          all[figure.backend] = (all[figure.backend] ?? 0) + count
        }
        return { setup: labels.way ?? '', calls, states, all }
      }),
    )
}
