// What must hold in every cluster, however its nodes differ: what holds on one machine too, and that peak EWMA uses every backend.

import { check } from '../../../harness/check.ts'
import type { Check, Results } from '../../../harness/results.ts'
import { sharesOver } from '../../../harness/statistics/rounds.ts'
import { checkSpreading, evenly } from '../grpc-loadbalancing/checks/spreading.ts'
import { type Subject, subjectsOf } from '../grpc-loadbalancing/checks/subject.ts'
import { fairnessOf } from '../grpc-loadbalancing/fairness.ts'
import { ALL_WAYS, MAY_BE_UNEVEN } from './targets.ts'

export function checksOf(results: Results): readonly Check[] {
  const subjects = subjectsOf(results, ALL_WAYS)
  const [uneven, others] = [subjects.filter(mayBeUneven), subjects.filter((one) => !mayBeUneven(one))]
  const all = [
    ...checkSpreading(others.filter(resolvesOnce)).filter(isOfShares),
    check('O4.4', 'Peak EWMA uses every backend, over one connection too', uneven.map(usesAll)),
    ...checkSpreading(subjects).filter((one) => !isOfShares(one)),
  ]
  // No mesh has all ways.
  return all.filter(({ outcome }) => outcome !== 'not measured')
}

/** Those of failed calls are of all runs. */
function isOfShares({ row }: Check): boolean {
  return row !== 'O4.9'
}

function mayBeUneven({ way }: Subject): boolean {
  return MAY_BE_UNEVEN.includes(way.id)
}

/** The DNS of a cluster answers each connection in another order, so that only one connection of pick_first is sure to be pinned. */
function resolvesOnce({ way, cell }: Subject): boolean {
  return way.who !== 'client' || way.picksFor === 'call' || cell.connections === 1
}

function usesAll(subject: Subject) {
  return { fact: evenly(subject).fact, holds: fairnessOf(sharesOver(subject.rounds)).least > 0 }
}
