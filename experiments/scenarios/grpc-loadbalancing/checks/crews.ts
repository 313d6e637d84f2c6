// What becomes of calls where one backend is slow, or fails some of its calls.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check } from '../../../../harness/results.ts'
import { sharesOver } from '../../../../harness/statistics/rounds.ts'
import { failuresOf } from '../cells.ts'
import { FAIL_PERCENT } from '../crews.ts'
import { isAtMost, isLikely } from '../fairness.ts'
import type { Subject } from './subject.ts'

/** Policies that look at how backends do. */
const ADAPTIVE = ['envoy-l7-least-request', 'envoy-l7-client-side-weighted-round-robin']
const BLIND = ['envoy-l7-round-robin', 'dns-round-robin', 'xds-node']

export function checkCrews(subjects: readonly Subject[]): readonly Check[] {
  const slow = subjects.filter(({ cell }) => cell.workload === 'slow')
  const failing = subjects.filter(({ cell }) => cell.workload === 'failing')
  return [
    check(
      'O4.9',
      'A policy that looks at load gives a slow backend half of an even share at most',
      slow
        .filter(({ way }) => ADAPTIVE.includes(way.id))
        .map((one) => slowShare(one, (calls, all) => isAtMost(calls, all, 0.5 / one.cell.backends))),
    ),
    check(
      'O4.9',
      'round_robin gives a slow backend as much as the others',
      slow
        .filter(({ way }) => BLIND.includes(way.id))
        .map((one) => slowShare(one, (calls, all) => isLikely(calls, all, 1 / one.cell.backends))),
    ),
    check(
      'O4.9',
      `round_robin does not notice a backend that fails ${FAIL_PERCENT} % of its calls: as many calls fail as its share says`,
      failing.filter(({ way }) => BLIND.includes(way.id)).map(failedShare),
    ),
  ]
}

function slowShare(
  { name, rounds, cell }: Subject,
  holds: (calls: number, all: number) => Finding['holds'],
): Finding {
  const shares = sharesOver(rounds)
  const all = Object.values(shares).reduce((sum, count) => sum + count, 0)
  const calls = shares.slow ?? 0
  const ofEven = (calls / all) * cell.backends
  return {
    fact: `${name}: the slow one gets ${(100 * ofEven).toFixed(0)} % of an even share`,
    holds: all > 0 && holds(calls, all),
  }
}

function failedShare(subject: Subject): Finding {
  const { name, cell } = subject
  const { calls, failed, fact } = failuresOf(subject)
  return {
    fact: `${name}: ${fact}`,
    holds: calls > 0 && isLikely(failed, calls, FAIL_PERCENT / 100 / cell.backends),
  }
}
