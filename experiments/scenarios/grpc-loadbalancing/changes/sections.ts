// The part of the report about changes: tables with their cost, and timelines of some.

import type {
  Cell,
  Section,
  TableColumn,
  TableSection,
  TimelineSection,
} from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { meanOver } from '../../../../harness/statistics/rounds.ts'
import { mergeHistograms, quantileMs } from '../../../../testbed/measure/histogram.ts'
import { CONNECTIONS } from '../checks/pooling.ts'
import {
  FAILED,
  failedFigure,
  shareFigure,
  TIME_TO_NO_FAILURE,
  TIME_TO_NONE,
  TIME_TO_RETURN,
  TIME_TO_SHARE,
} from './figures.ts'
import { type MeasuredChange, meanOf, measuredChanges } from './measured-changes.ts'

const END = 'in the end'

/** Those whose timeline shows something that a table does not. */
const DRAWN: readonly (readonly [change: string, way: string])[] = [
  ['scale-up', 'envoy-l4'],
  ['scale-up', 'envoy-l7-round-robin'],
  ['scale-up-by-age', 'envoy-l4'],
  ['rolling-restart', 'envoy-l7-round-robin'],
  ['rolling-crash', 'envoy-l7-round-robin'],
  ['death', 'envoy-l7-round-robin'],
  ['death-outlier-detection', 'envoy-l7-round-robin'],
  ['failure-outlier-detection', 'envoy-l7-round-robin'],
  ['slowness', 'envoy-l7-least-request'],
]

export function changeSections(results: Results): readonly Section[] {
  const all = measuredChanges(results)
  const of = (...changes: readonly string[]) => all.filter(({ change }) => changes.includes(change))
  return [
    table(
      'Backends are added and removed',
      'An even share is 25 % of an added backend, and 0 % of a removed one. A time that is missing has not come within the run. At L4 and by DNS, connections decide, and they stay. A **maximum connection age** of backends changes that.',
      of('scale-up', 'scale-up-by-age', 'scale-down'),
      [
        figure(FAILED, 0),
        {
          column: { title: 'share of that backend in the end', decimals: 1, unit: '%' },
          value: (one) => meanOf(one, shareFigure(one.change === 'scale-down' ? 'b3' : 'b4', END)),
        },
        time(TIME_TO_SHARE),
        time(TIME_TO_NONE),
      ],
    ),
    table(
      'All backends restart, one by one',
      'Drained: first nobody sends new calls, then the backend says GOAWAY, then it ends. NGINX and HAProxy have a fixed list of backends here, so they learn it by GOAWAY alone. Killed: nothing announces it.',
      of('rolling-restart', 'rolling-crash'),
      [figure(FAILED, 0), { column: { title: 'calls', decimals: 0 }, value: callsOfAll }],
    ),
    table(
      'A backend dies, or fails its calls',
      'Envoy sends calls to a dead endpoint until a health check or outlier detection takes it out, and **least_request** sends it more than its share: a call that fails at once is never under way. A client that balances sees its connection end. A time that is missing: failures go on.',
      of('death', 'death-health-check', 'death-outlier-detection', 'failure', 'failure-outlier-detection'),
      [
        figure(FAILED, 0),
        {
          column: { title: 'failed calls in the end', decimals: 0 },
          value: (one) => meanOf(one, failedFigure(END)),
        },
        time(TIME_TO_NO_FAILURE),
        time(TIME_TO_RETURN),
      ],
    ),
    table('A backend gets slow', 'One of three: an even share is 33.3 %.', of('slowness'), [
      {
        column: { title: 'share of b2 before', decimals: 1, unit: '%' },
        value: (one) => meanOf(one, shareFigure('b2', 'before')),
      },
      {
        column: { title: 'share of b2 in the end', decimals: 1, unit: '%' },
        value: (one) => meanOf(one, shareFigure('b2', END)),
      },
      quantile('p99', 0.99),
    ]),
    table(
      'The price of a maximum connection age at L4',
      'The same calls in plaintext, with connections that stay and with connections that end. With TLS, each connection costs a handshake besides.',
      of('without-age', 'with-age'),
      [
        figure(CONNECTIONS, 0),
        figure(FAILED, 0),
        quantile('p50', 0.5),
        quantile('p99', 0.99),
        quantile('maximum', 1),
      ],
    ),
    ...DRAWN.flatMap(([change, way]) =>
      of(change)
        .filter((one) => one.way === way)
        .map(timeline),
    ),
  ]
}

interface Column {
  readonly column: TableColumn
  readonly value: (one: MeasuredChange) => Cell
}

function figure(name: string, decimals: number): Column {
  return { column: { title: name, decimals }, value: (one) => meanOf(one, name) }
}

function time(name: string): Column {
  return {
    column: { title: name.replace(' (ms)', ''), decimals: 0, unit: 'ms' },
    value: (one) => meanOf(one, name),
  }
}

function quantile(title: string, share: number): Column {
  return {
    column: { title, decimals: 1, unit: 'ms' },
    value: ({ rounds }) =>
      quantileMs(mergeHistograms(rounds.flatMap(({ histograms }) => histograms.call ?? [])), share),
  }
}

function callsOfAll({ rounds }: MeasuredChange): number {
  return meanOver(rounds, ({ calls }) => calls)
}

function table(
  title: string,
  says: string,
  changes: readonly MeasuredChange[],
  columns: readonly Column[],
): TableSection {
  return {
    kind: 'table',
    title,
    says,
    columns: [{ title: 'change' }, { title: 'way' }, ...columns.map(({ column }) => column)],
    rows: changes.map((one) => [one.title, one.name, ...columns.map(({ value }) => value(one))]),
  }
}

/** Of the first round: marks of several would be in each other's way. */
function timeline({ name, title, rounds: [first] }: MeasuredChange): TimelineSection {
  const rows = (first?.series ?? []).filter(({ name: row }) => row !== 'calls')
  return {
    kind: 'timeline',
    title: `${name}: ${title}`,
    unit: 'calls',
    rows: rows.map(({ name: label, points }) => ({ label, points })),
    marks: first?.marks ?? [],
  }
}
