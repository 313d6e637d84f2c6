// What the report shows of deadlines: when the last hop works for whom, what is wasted, and what that does in an overload.

import type { Cell, Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { WAYS } from '../statuses/way.ts'
import { FIGURES, leftFigure, roundsIn, runIdOf } from './figures.ts'
import { CAPACITY, OFFERED, OVERLOAD_DEADLINE_MS } from './overload-settings.ts'
import { OVERLOADS } from './overloads.ts'
import { DEADLINE_MS, STORIES, UNITS, WORK_MS } from './stories.ts'

interface Row {
  readonly title: string
  readonly says: string
  readonly way: string
  readonly rounds: readonly Measured[]
}

export function sectionsOf(results: Results): readonly Section[] {
  const rows = STORIES.flatMap(({ id, title, says, ways = WAYS }) =>
    ways.flatMap((way): readonly Row[] => {
      const rounds = roundsIn(results, runIdOf(id, way))
      const text = way === 'direct' ? 'direct' : 'Envoys'
      return rounds.length === 0 ? [] : [{ title, says, way: text, rounds }]
    }),
  )
  const overload = OVERLOADS.map(({ id, title }) => ({ title, rounds: roundsIn(results, id) }))
  return [
    ...(rows.length > 0 ? [introduction(rows), stories(rows), timeline(rows), table(rows), waste(rows)] : []),
    ...(overload.every(({ rounds }) => rounds.length > 0) ? [overloadLines(overload)] : []),
  ]
}

const figure = ({ rounds }: Pick<Row, 'rounds'>, name: string) => {
  const values = rounds.flatMap(({ figures }) => figures[name] ?? [])
  return values.length === 0 ? undefined : median(values)
}
const sum = ({ rounds }: Pick<Row, 'rounds'>, name: string) =>
  rounds.reduce((total, { figures }) => total + (figures[name] ?? 0), 0)
const callsOf = ({ rounds }: Pick<Row, 'rounds'>) => rounds.reduce((total, { calls }) => total + calls, 0)
const plain = (title: string) => title.replaceAll('`', '')

function introduction(rows: readonly Row[]): Section {
  const lost = rows.filter(({ title }) => title === 'lost in `b`')
  const finished = lost.reduce((total, row) => total + sum(row, FIGURES.finishedForNobody), 0)
  const calls = lost.reduce((total, row) => total + callsOf(row), 0)
  return {
    kind: 'text',
    title: 'Deadlines: when nobody waits any more',
    paragraphs: [
      `A client calls \`a\`, which calls \`b\`, which calls \`c\`. Each is a process of its own. \`c\` needs ${WORK_MS} ms of work, in units of 10 ms; the client allows ${DEADLINE_MS} ms for all of it. The call is lost from the start: what counts is **how soon \`c\` stops**.`,
      'A deadline travels as the header `grpc-timeout`: not as a time of day, but as the time that is left, such as `198m`. Each server makes its own deadline of it when the call comes. So clocks need not agree, and the time on the wire is added at every hop: a deadline at `c` ends a little after that of the client.',
      'gRPC hands nothing on by itself in Node: a handler that makes a call must say `deadline` and cancel by the `signal` of its own call (or give grpc-js `parent`). Go and Java do it by their contexts, if the context is handed on.',
      ...(calls > 0
        ? [`Where \`b\` forgets it, \`c\` has finished **${finished} of ${calls} calls for nobody**.`]
        : []),
    ],
  }
}

function stories(rows: readonly Row[]): Section {
  const told = new Map(rows.map(({ title, says }) => [title, says]))
  return {
    kind: 'table',
    title: 'What the hops do with a deadline',
    columns: [{ title: 'the deadline is' }, { title: 'what happens' }],
    rows: [...told],
  }
}

function timeline(rows: readonly Row[]): Section {
  return {
    kind: 'timeline',
    title: 'When the last hop works',
    says: `Units of work of \`c\`, all calls together. Left of the mark, a client waits; **right of it, the work is for nobody**. In “shortened”, the client allows more and gets an answer of \`a\` in time; in “cancelled”, it leaves as soon as \`c\` has begun.`,
    unit: 'units',
    rows: rows.map(({ title, way, rounds }) => ({
      label: `${plain(title)}, ${way}`,
      points: rounds[0]?.series?.[0]?.points ?? [],
    })),
    marks: [{ atMs: DEADLINE_MS, label: `the deadline, ${DEADLINE_MS} ms` }],
  }
}

function table(rows: readonly Row[]): Section {
  return {
    kind: 'table',
    title: 'What each hop knew',
    says: 'Medians over the calls. What is left of the deadline at a hop is what its server makes of `grpc-timeout` when the call comes; empty: the call had no deadline. An Envoy in between hands `grpc-timeout` on as it is.',
    columns: [
      { title: 'deadline' },
      { title: 'way' },
      { title: 'left at a', unit: 'ms', decimals: 0 },
      { title: 'left at b', unit: 'ms', decimals: 0 },
      { title: 'left at c', unit: 'ms', decimals: 0 },
      { title: 'client ends after', unit: 'ms', decimals: 0 },
      { title: 'client gets' },
      { title: 'c stops after that', unit: 'ms', decimals: 0 },
    ],
    rows: rows.map((row): readonly Cell[] => [
      row.title,
      row.way,
      ...['a', 'b', 'c'].map((hop) => figure(row, leftFigure(hop))),
      figure(row, FIGURES.elapsed),
      Object.keys(row.rounds[0]?.codes ?? {}).join(', '),
      figure(row, FIGURES.knewAfter),
    ]),
  }
}

function waste(rows: readonly Row[]): Section {
  const worst = rows.toSorted((a, b) => wasted(b) - wasted(a))[0]
  const cpuOf = ({ rounds }: Row) =>
    rounds.reduce((total, { processes }) => total + (processes[0]?.cpuMs ?? 0), 0)
  const best = rows.find(({ title, way }) => title === 'handed on' && way === worst?.way)
  return {
    kind: 'bars',
    title: 'Work for nobody',
    says: `Units of work of \`c\` for a call whose client has left, a call.${
      worst && best
        ? ` Most are wasted where the deadline is ${plain(worst.title)}: ${wasted(worst).toFixed(0)} of ${UNITS} a call, and ${(cpuOf(worst) / callsOf(worst)).toFixed(0)} ms of CPU time of \`c\` a call, where it takes ${(cpuOf(best) / callsOf(best)).toFixed(0)} ms if the deadline is handed on.`
        : ''
    }`,
    unit: 'units',
    bars: rows.map((row) => ({
      label: `${plain(row.title)}, ${row.way}`,
      values: row.rounds.map(({ figures, calls }) => (figures[FIGURES.unitsForNobody] ?? 0) / calls),
    })),
  }
}

const wasted = (row: Row) => sum(row, FIGURES.unitsForNobody) / callsOf(row)

function overloadLines(
  overload: readonly { readonly title: string; readonly rounds: readonly Measured[] }[],
): Section {
  const texts = overload.map(
    (one) =>
      `${one.title}: **${sum(one, FIGURES.answered)} of ${sum(one, FIGURES.made)}** in time, ${sum(one, FIGURES.unitsForNobody)} units for nobody`,
  )
  return {
    kind: 'lines',
    title: 'An overload, with deadlines and without',
    says: `Calls come at ${OFFERED} a second, \`c\` can answer ${CAPACITY} a second, one after the other, and each call has ${OVERLOAD_DEADLINE_MS} ms: half of them could be answered in time. ${texts.join('; ')}. **Lost deadlines** leave \`c\` fully busy with a growing queue of calls whose clients have left. **Handing them on** empties the queue, but first come, first served is still wrong: \`c\` begins each call when it has waited so long that it cannot end in time. Only **not beginning** what is too late anyway keeps \`c\` useful.`,
    x: { title: 'when the call was due', unit: 's', scale: 'linear' },
    y: { title: 'answered in time', unit: '%', scale: 'linear' },
    lines: overload.map(({ title, rounds }) => ({
      label: title,
      points: (rounds[0]?.series?.[0]?.points ?? []).map(
        ([atMs, percent]) => [atMs / 1000, percent] as const,
      ),
    })),
  }
}
