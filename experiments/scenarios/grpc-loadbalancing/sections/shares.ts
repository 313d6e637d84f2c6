// How every way spreads calls: as bars, and as the figures of fairness.

import type { Section, SharesSection, TableSection } from '../../../../harness/report/section.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { totalOver } from '../../../../harness/statistics/rounds.ts'
import { type Subject, typicalShares } from '../checks/subject.ts'
import { fairnessOf } from '../fairness.ts'
import { WORKLOADS } from '../workloads.ts'

export function sharesSections(base: readonly Subject[], subjects: readonly Subject[]): readonly Section[] {
  return [
    shares(
      'Shares: short calls over 4 connections',
      base,
      'A way that picks for each call is even. A way that picks for each connection has four picks in all, however many calls are made.',
    ),
    shares(
      'Shares: one connection',
      subjects.filter(({ cell }) => cell.workload === 'unary' && cell.connections === 1),
      'The connection of a client that lives long decides everything at L4.',
    ),
    shares(
      'Shares: one backend is slow',
      subjects.filter(({ cell }) => cell.workload === 'slow'),
      'Only a policy that looks at open calls, or at what backends report, gives a slow backend less.',
    ),
    fairnessTable(subjects),
  ]
}

function shares(title: string, subjects: readonly Subject[], says: string): SharesSection {
  return {
    kind: 'shares',
    title,
    says,
    lines: subjects.map((one) => ({ label: one.way.title, shares: typicalShares(one) })),
  }
}

/** Every cell, because a chart of all would show nothing. */
function fairnessTable(subjects: readonly Subject[]): TableSection {
  const open = subjects.filter(({ cell }) => cell.loop === 'open')
  return {
    kind: 'table',
    title: 'Fairness of every way',
    says: 'The **noise floor** is the coefficient of variation that random picks would have: a smaller one cannot be told from even. Least and most are the calls of a backend divided by the mean. Ways that pick for each connection have other picks in each round, so theirs are those of the first round.',
    columns: [
      { title: 'way' },
      { title: 'calls' },
      { title: 'connections', decimals: 0 },
      { title: 'backends', decimals: 0 },
      { title: 'calls made', decimals: 0 },
      { title: 'variation', decimals: 1, unit: '%' },
      { title: 'noise floor', decimals: 1, unit: '%' },
      { title: 'least', decimals: 2 },
      { title: 'most', decimals: 2 },
      { title: 'unused backends', decimals: 0 },
      { title: 'failed calls', decimals: 0 },
    ],
    rows: open.map((one) => {
      const { way, cell, rounds } = one
      const all = typicalShares(one)
      const { calls, variation, noiseFloor, least, most, used } = fairnessOf(all)
      return [
        way.title,
        WORKLOADS[cell.workload].title,
        cell.connections,
        cell.backends,
        calls,
        100 * variation,
        100 * noiseFloor,
        least,
        most,
        Object.keys(all).length - used,
        totalOver(rounds, failedOf),
      ]
    }),
  }
}
