// Every worker of every Envoy takes turns of its own.

import { check } from '../../../../harness/check.ts'
import type { Check } from '../../../../harness/results.ts'
import type { StateCounts } from '../sections/state-counts.ts'

export function checkStates(counts: readonly StateCounts[]): readonly Check[] {
  return [
    check(
      'O4.2',
      'round_robin of Envoy is exact in each worker: the calls of two backends differ by one at most',
      counts.flatMap(({ setup, states }) =>
        [...states].map(([state, shares]) => ({
          fact: `${setup}, ${state}: ${Object.values(shares).join(', ')} calls`,
          holds: differenceOf(shares) <= 1,
        })),
      ),
    ),
    check(
      'O4.2',
      'The calls of two backends differ by one at most for each worker that takes turns',
      counts.map(({ setup, states, all }) => ({
        fact: `${setup}: ${Object.values(all).join(', ')} calls, by ${states.size} that take turns`,
        holds: differenceOf(all) <= states.size,
      })),
    ),
  ]
}

function differenceOf(shares: Readonly<Record<string, number>>): number {
  return Math.max(...Object.values(shares)) - Math.min(...Object.values(shares))
}
