// What the report recommends, each with its condition and its figure.

import { latency as duration, significant } from '../../../../harness/report/content/number-text.ts'
import type { Section, TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { describeVerdict, type Verdict } from '../../../../harness/statistics/verdict.ts'
import type { TransportFamily } from '../../../../testbed/transports/transport.ts'
import { findCell, type MeasuredCell, measuredCells } from '../matrix/measured.ts'
import { type Choice, choose, extraOf, NEGLIGIBLE_SHARE } from './choose.ts'
import { MEASURES, valuesOf, WORKLOADS, type Workload } from './workloads.ts'

const FAMILIES: Readonly<Record<TransportFamily, string>> = {
  local: 'one pod or volume',
  'same-node': 'same node',
  'cross-node': 'cross node',
  lan: 'LAN',
  internet: 'Internet',
}

export function sectionsOf(results: Results): readonly Section[] {
  const cells = measuredCells(results)
  return [recommendations(cells), unixSockets(cells), crossNode(cells)].filter(({ rows }) => rows.length > 0)
}

function recommendations(cells: readonly MeasuredCell[]): TableSection {
  const measured = WORKLOADS.map((workload) => ({ workload, choices: choicesOf(cells, workload) })).filter(
    ({ choices }) => choices.some((choice) => choice !== undefined),
  )
  const families = (Object.keys(FAMILIES) as TransportFamily[]).filter((_, at) =>
    measured.some(({ choices }) => choices[at] !== undefined),
  )
  const isUndecided = measured.some(({ choices }) => choices.some((choice) => choice?.isUndecided))
  const at = (family: TransportFamily) => Object.keys(FAMILIES).indexOf(family)
  return {
    kind: 'table',
    title: 'Which transport for which workload',
    says: `${isUndecided ? '**These are too few rounds to tell transports apart: take the names as examples.** ' : ''}In each cell the best transport of that distance by the median of the rounds, all others that an exact rank test cannot tell from it, the figure of the best, and in parentheses how that compares with the nearest distance: a multiple of its latency, or a part of its throughput. Go as far as the figure allows: what is nearer is tied closer.`,
    columns: [{ title: 'workload' }, ...families.map((family) => ({ title: FAMILIES[family] }))],
    rows: measured.map(({ workload, choices }) => [
      workload.title,
      ...families.map((family) => choiceText(workload, choices[at(family)], choices.find(Boolean))),
    ]),
  }
}

function choicesOf(cells: readonly MeasuredCell[], workload: Workload): readonly (Choice | undefined)[] {
  return (Object.keys(FAMILIES) as TransportFamily[]).map((family) => {
    // Lossy links are no choice that anybody has.
    const own = cells.filter(
      ({ transport }) => transport.family === family && !transport.id.includes('-loss-'),
    )
    const candidates = own.flatMap((one) =>
      findCell([one], one.transport.id, workload.cell)
        ? [{ title: one.transport.title, values: valuesOf(workload, one) }]
        : [],
    )
    return choose(candidates, MEASURES[workload.measure].isLowerBetter)
  })
}

function choiceText(
  { measure }: Workload,
  choice: Choice | undefined,
  nearest: Choice | undefined,
): string | undefined {
  if (choice === undefined) return undefined
  const { best, asGood, value } = choice
  const titles = [best, ...asGood].map(({ title }) => title)
  const names = titles.length > 1 ? `${titles.slice(0, -1).join(', ')} or ${titles.at(-1)}` : titles[0]
  const against = nearest && nearest !== choice ? ` (× ${significant(value / nearest.value)})` : ''
  return `**${names}**: ${significant(value)} ${MEASURES[measure].unit}${against}`
}

/** Latencies only: their differences are costs of a call. */
const LATENCIES = WORKLOADS.filter(({ measure }) => measure === 'latency')

function unixSockets(cells: readonly MeasuredCell[]): TableSection {
  const pairs = ['loopback', 'veth'].flatMap((other) =>
    LATENCIES.flatMap((workload) => {
      const near = findCell(cells, 'uds', workload.cell)
      const far = findCell(cells, other, workload.cell)
      if (near === undefined || far === undefined) return []
      return [{ workload, far, ...extraOf(valuesOf(workload, near), valuesOf(workload, far)) }]
    }),
  )
  return {
    kind: 'table',
    title: 'When a Unix socket is worth the coupling',
    says: `A Unix socket ties both ends to one node and to a folder that both see. It is worth that where the other way takes longer, and the call itself is short: from the time of the last column on, the difference is less than ${NEGLIGIBLE_SHARE * 100} % of a call.`,
    columns: [
      { title: 'workload' },
      { title: 'instead of the socket' },
      { title: 'adds to a call (µs)' },
      { title: 'by the rounds' },
      { title: 'worth it' },
    ],
    rows: pairs.map(({ workload, far, extra, verdict, negligibleFrom }) => [
      workload.title,
      far.transport.title,
      signed(extra),
      describeVerdict(verdict),
      worthText(verdict.outcome, negligibleFrom),
    ]),
  }
}

type Outcome = Verdict['outcome']

/** Nobody may take noise for "the same". */
function undecidedText(outcome: Outcome): string | undefined {
  if (outcome === 'too few rounds') return 'undecided: more rounds are needed'
  return outcome === 'too noisy' ? 'undecided: measure again on an idle machine' : undefined
}

function worthText(outcome: Outcome, negligibleFrom: number | undefined): string {
  const undecided = undecidedText(outcome)
  if (undecided !== undefined) return undecided
  if (negligibleFrom === undefined) return 'no: nothing that these rounds can tell is gained'
  return `yes, if a call takes less than ${duration(negligibleFrom)} by itself`
}

const NEAR = 'veth'

function crossNode(cells: readonly MeasuredCell[]): TableSection {
  const [workload] = WORKLOADS
  const near = workload && findCell(cells, NEAR, workload.cell)
  const far = cells.filter(
    ({ transport: { family, id } }) =>
      (family === 'cross-node' || family === 'lan' || family === 'internet') && !id.includes('-loss-'),
  )
  return {
    kind: 'table',
    title: 'When cross-node is good enough',
    says: `What a call pays for the other end being on another node instead of on the same one (${near?.transport.title ?? NEAR}), and how long the call has to take by itself so that this is less than ${NEGLIGIBLE_SHARE * 100} % of it. There is no wire here: add the round trip of your network to the extra, and multiply by ${1 / NEGLIGIBLE_SHARE}.`,
    columns: [
      { title: 'transport' },
      { title: 'adds to a call (µs)' },
      { title: 'by the rounds' },
      { title: 'good enough' },
    ],
    rows: far.flatMap((one) => {
      if (workload === undefined || near === undefined) return []
      if (findCell([one], one.transport.id, workload.cell) === undefined) return []
      const { extra, verdict, negligibleFrom } = extraOf(valuesOf(workload, near), valuesOf(workload, one))
      return [
        [
          one.transport.title,
          signed(extra),
          describeVerdict(verdict),
          enoughText(verdict.outcome, negligibleFrom),
        ],
      ]
    }),
  }
}

function enoughText(outcome: Outcome, negligibleFrom: number | undefined): string {
  const undecided = undecidedText(outcome)
  if (undecided !== undefined) return undecided
  if (negligibleFrom === undefined) return 'yes: these rounds cannot tell it from the same node'
  return `yes, if a call takes more than ${duration(negligibleFrom)} by itself`
}

const signed = (micros: number) => `${micros > 0 ? '+' : ''}${significant(micros)}`
