// Who spreads calls evenly, and who pins them.

import { check } from '../../../../harness/check.ts'
import type { Check } from '../../../../harness/results.ts'
import { sharesOver } from '../../../../harness/statistics/rounds.ts'
import { failuresOf } from '../cells.ts'
import { fairnessOf, isEven } from '../fairness.ts'
import { HASHING } from '../hashing.ts'
import { WORKLOADS } from '../workloads.ts'
import type { Subject } from './subject.ts'

export function checkSpreading(subjects: readonly Subject[]): readonly Check[] {
  const unary = subjects.filter(({ cell }) => cell.workload === 'unary')
  const proxied = unary.filter(({ way }) => way.who !== 'client')
  const clients = unary.filter(({ way }) => way.who === 'client')
  const pinned = (one: Subject) => one.way.picksFor === 'connection'
  return [
    check(
      'O4.1',
      'At L4 a connection is pinned: with one connection, one backend gets every call',
      proxied.filter((one) => pinned(one) && one.cell.connections === 1).map(toOneBackend),
    ),
    check(
      'O4.1',
      'At L7 calls are spread, with one connection too: every share is within six standard deviations of random picks',
      proxied.filter((one) => !pinned(one) && !HASHING.includes(one.way.id)).map(evenly),
    ),
    check(
      'O4.6',
      'round_robin in the client is even: every share is within six standard deviations of random picks',
      clients.filter((one) => !pinned(one)).map(evenly),
    ),
    check('O4.6', 'pick_first pins: one backend gets every call', clients.filter(pinned).map(toOneBackend)),
    check(
      'O4.9',
      'No call fails where every backend is well',
      subjects.filter(({ cell }) => WORKLOADS[cell.workload].crew !== 'one failing').map(withoutFailure),
    ),
  ]
}

/** A finding that one backend gets every call, round by round. */
export function toOneBackend({ name, rounds }: Subject) {
  const used = rounds.map(({ shares = {} }) => fairnessOf(shares).used)
  return {
    fact: `${name}: ${used.join(', ')} of ${Object.keys(sharesOver(rounds)).length} backends used`,
    holds: used.every((one) => one === 1),
  }
}

/** A finding that each backend gets as many calls as random picks could give it. */
export function evenly({ name, rounds }: Subject) {
  const shares = sharesOver(rounds)
  const { least, most, calls } = fairnessOf(shares)
  return {
    fact: `${name}: ${least.toFixed(2)} to ${most.toFixed(2)} of the mean in ${calls} calls`,
    holds: calls > 0 && rounds.every(({ shares = {} }) => isEven(shares)),
  }
}

function withoutFailure(subject: Subject) {
  const { name, cell } = subject
  const { calls, failed, fact } = failuresOf(subject)
  return { fact: `${name}, ${WORKLOADS[cell.workload].title}: ${fact}`, holds: calls > 0 && failed === 0 }
}
