// What the report shows of latency over throughput.

import type {
  Cell,
  CurvesSection,
  LinesSection,
  Section,
  TableSection,
} from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { quantileOver, roundsOf, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { busyOf } from '../cpu.ts'
import { adviceOf } from './advice.ts'
import { curveName } from './checks.ts'
import { FIGURES } from './figures.ts'
import { KEPT, MULTIPLE, mostPower } from './knee.ts'
import { BODIES, CONCURRENCY, CONNECTIONS, OMISSION, OMISSION_ID, openId, WORKERS } from './matrix.ts'
import { type CurvePoint, figureOf, type MeasuredCurve, measuredCurves } from './points.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const curves = measuredCurves(results)
  const omission = omissionOf(results)
  if (curves.length === 0) return omission
  return [
    {
      kind: 'text',
      title: 'What to plan for',
      says: `A closed loop of ${CONCURRENCY} calls at a time over ${CONNECTIONS} connections finds the capacity; open loops then offer shares of it, at a fixed rate whether or not calls have ended. The knee is the last rate, from the lowest upwards, at which the p99 is at most ${MULTIPLE} times that of the lowest rate and at least ${100 * KEPT} % of the calls that are due end within the window. The p99 here is the median of those of the rounds, from the moment a call was due. Client, proxy and servers share the cores of this machine, so the capacity is that of all of them together.`,
      paragraphs: curves.map(adviceOf),
    },
    ...curves.filter(({ body }) => body === 'small').map(percentilesOf),
    ...bodiesOf(curves),
    tableOf(curves),
    ...omission,
  ]
}

const QUANTILES = [
  { label: 'p50', share: 0.5 },
  { label: 'p99', share: 0.99 },
  { label: 'p99.9', share: 0.999 },
] as const

/** All percentiles of one curve. */
function percentilesOf(curve: MeasuredCurve): LinesSection {
  return {
    kind: 'lines',
    title: `Latency over throughput: ${curveName(curve)}`,
    says: 'From the moment a call was due. Points are joined from the lowest rate offered to the highest. Past the capacity throughput ends, so that the curve goes straight up or bends back, and latency is as long as the window lets the queue grow.',
    x: { title: 'throughput', unit: 'calls/s', scale: 'linear' },
    y: { title: 'latency', unit: 'ms', scale: 'log' },
    lines: QUANTILES.map(({ label, share }) => ({
      label,
      points: curve.points.map(({ achieved, rounds }) => [
        Math.round(achieved),
        quantileOver(rounds, 'call', share).merged,
      ]),
    })),
    // From the lowest rate offered: past the capacity, fewer calls may end than below it.
    inOrder: true,
    marks: kneeMark(curve),
  }
}

function kneeMark({ knee }: MeasuredCurve, name = 'knee') {
  return knee.kind === 'found'
    ? [{ x: Math.round(knee.at.achieved), label: `${name}: ${knee.at.share} %` }]
    : []
}

/** The same way with larger messages, over shares of the capacity, because capacities are far apart. */
function bodiesOf(curves: readonly MeasuredCurve[]): readonly LinesSection[] {
  const direct = curves.filter(({ subject }) => subject === 'direct')
  if (direct.length < 2) return []
  return [
    {
      kind: 'lines',
      title: 'Latency over the share of the capacity, by size of messages',
      says: 'One server process. Rates are shares of the capacity of each size, because that of larger messages is lower. The p99 is the median of those of the rounds.',
      x: { title: 'share of the capacity', unit: '%', scale: 'linear' },
      y: { title: 'p99', unit: 'ms', scale: 'log' },
      lines: direct.map(({ body, points }) => ({
        label: BODIES[body].title,
        points: points.map(({ share, p99 }) => [share, p99]),
      })),
      marks: direct.flatMap(({ body, knee }) =>
        knee.kind === 'found' ? [{ x: knee.at.share, label: `knee, ${BODIES[body].title}` }] : [],
      ),
    },
  ]
}

function tableOf(curves: readonly MeasuredCurve[]): TableSection {
  return {
    kind: 'table',
    title: 'Each rate',
    says: 'CPU in percent of a core. The rule for the knee takes the median of the p99 of the rounds; the other percentiles are those of all calls of all rounds. “Most power” is the rate with the highest throughput divided by p99, a second opinion that needs no multiple.',
    columns: [
      { title: 'way' },
      { title: 'offered', unit: '%', decimals: 0 },
      { title: '' },
      { title: 'offered', unit: '1/s', decimals: 0 },
      { title: 'achieved', unit: '1/s', decimals: 0 },
      { title: 'p99, median', unit: 'ms', decimals: 2 },
      { title: 'p99', unit: 'ms', decimals: 2 },
      { title: 'p99.9', unit: 'ms', decimals: 2 },
      { title: 'client', unit: '%', decimals: 0 },
      ...(curves.some(({ subject }) => subject === 'envoy')
        ? [{ title: 'Envoy', unit: '%', decimals: 0 }]
        : []),
      { title: 'servers', unit: '%', decimals: 0 },
    ],
    rows: curves.flatMap((curve) => curve.points.map((point) => rowOf(curve, point, curves))),
  }
}

function rowOf(curve: MeasuredCurve, point: CurvePoint, curves: readonly MeasuredCurve[]): readonly Cell[] {
  const marks = [
    ...(curve.knee.kind === 'found' && curve.knee.at === point ? ['knee'] : []),
    ...(mostPower(curve.points) === point ? ['most power'] : []),
  ]
  return [
    ...[curveName(curve), point.share, marks.join(', '), point.offered, point.achieved, point.p99],
    ...[0.99, 0.999].map((share) => quantileOver(point.rounds, 'call', share).merged),
    busyOf(point.rounds, 'client'),
    ...(curves.some(({ subject }) => subject === 'envoy')
      ? [curve.subject === 'envoy' ? busyOf(point.rounds, 'proxy') : undefined]
      : []),
    busyOf(point.rounds, 'server'),
  ]
}

/** The same rate by a load generator that waits for answers, counted in two ways. */
function omissionOf(results: Results): readonly CurvesSection[] {
  const few = roundsOf(results, OMISSION_ID)
  if (few.length === 0) return []
  const p99 = (rounds: typeof few, name: string) => quantileOver(rounds, name, 0.99).merged.toFixed(1)
  const many = roundsOf(results, openId(OMISSION))
  const beside =
    many.length === 0
      ? ''
      : ` With room for all calls that are due, the same rate has a p99 of ${p99(many, 'call')} ms.`
  return [
    {
      kind: 'curves',
      title: 'Coordinated omission',
      says: `${OMISSION.share} % of the capacity of one server process, by a load generator of ${WORKERS} workers that each wait for an answer before they send the next call, as most tools do. From the moment calls are **sent**, the p99 is ${p99(few, 'service')} ms, and the service looks well: calls are sent later, never longer under way. From the moment they were **due**, it is ${p99(few, 'call')} ms, and ${figureOf(few, FIGURES.unsent).toFixed(0)} calls of a window were never sent.${beside} ${throughputOver(few).median.toFixed(0)} calls/s ended.`,
      curves: [
        {
          label: 'from the moment it was due',
          histograms: few.flatMap(({ histograms }) => histograms.call ?? []),
        },
        {
          label: 'from the moment it was sent',
          histograms: few.flatMap(({ histograms }) => histograms.service ?? []),
        },
      ],
    },
  ]
}
