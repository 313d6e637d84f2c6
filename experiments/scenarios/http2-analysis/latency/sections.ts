// What the report shows of latency and throughput.

import type {
  CurvesSection,
  LinesSection,
  Section,
  TableSection,
} from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { meanOver, quantileOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { type MeasuredCell, measuredCells } from './cells.ts'
import { bytesOf } from './checks.ts'
import { BODIES, type BodyName, LOADED_WAYS, type LoadedWayName, WAY_NAMES } from './matrix.ts'
import { FIGURES } from './measure.ts'

/** Where the distributions are compared. */
const SHOWN_CONCURRENCY = 16
const MANY = 256

export function sectionsOf(results: Results): readonly Section[] {
  const cells = measuredCells(results)
  return (Object.keys(BODIES) as BodyName[]).flatMap((body) => {
    const own = cells.filter((cell) => cell.body === body)
    if (own.length === 0) return []
    return [...linesOf(body, own), ...curvesOf(body, own), tableOf(body, own)]
  })
}

const perSecond = (cell: MeasuredCell) => throughputOver(cell.rounds).median
const p50 = (cell: MeasuredCell) => quantileOver(cell.rounds, 'service', 0.5).merged

/** With one concurrency there is nothing to draw over it. */
function linesOf(body: BodyName, cells: readonly MeasuredCell[]): readonly LinesSection[] {
  if (new Set(cells.map(({ concurrency }) => concurrency)).size < 2) return []
  const x = { title: 'calls at a time', scale: 'log' as const }
  const lines = (value: (cell: MeasuredCell) => number) =>
    WAY_NAMES.map((name) => ({
      label: LOADED_WAYS[name].title,
      points: cells
        .filter((cell) => cell.name === name)
        .map((cell) => [cell.concurrency, value(cell)] as const)
        .filter(([, y]) => Number.isFinite(y))
        .toSorted(([a], [b]) => a - b),
    })).filter(({ points }) => points.length > 0)
  const { requestBytes, responseBytes } = BODIES[body]
  const at = (name: LoadedWayName) => cells.find((cell) => cell.name === name && cell.concurrency === MANY)
  const [http1, http2, grpc] = (['http1', 'http2', 'grpc'] as const).map(at)
  const many =
    http1 && http2 && grpc
      ? `At ${MANY} calls at a time, HTTP/1.1 made ${perSecond(http1).toFixed(0)} calls a second over ${MANY} connections, HTTP/2 ${perSecond(http2).toFixed(0)} over one, and gRPC ${perSecond(grpc).toFixed(0)} over one. `
      : ''
  return [
    {
      kind: 'lines',
      title: `Throughput, ${body} answers`,
      says: `Requests have ${requestBytes} bytes, answers ${responseBytes.toLocaleString('en-US')}. HTTP/1.1 and HTTP/2 run the same handler in one server process; client and server share the cores of this machine, on loopback. ${many}The lines are flat where a core is busy: there the cost of a call decides, not the protocol's waiting.`,
      x,
      y: { title: 'calls a second', scale: 'linear' },
      lines: lines(perSecond),
    },
    {
      kind: 'lines',
      title: `Latency, ${body} answers`,
      says: 'The median. Where throughput has come to its end, twice the calls at a time wait twice as long: latency grows in proportion, whatever the protocol.',
      x,
      y: { title: 'p50', unit: 'ms', scale: 'log' },
      lines: lines(p50),
    },
  ]
}

function curvesOf(body: BodyName, cells: readonly MeasuredCell[]): readonly CurvesSection[] {
  const shown = cells.filter(({ concurrency }) => concurrency === SHOWN_CONCURRENCY)
  if (shown.length === 0) return []
  return [
    {
      kind: 'curves',
      title: `Distribution of latency, ${body} answers, ${SHOWN_CONCURRENCY} calls at a time`,
      curves: shown.map(({ name, rounds }) => ({
        label: LOADED_WAYS[name].title,
        histograms: rounds.flatMap(({ histograms }) => histograms.service ?? []),
      })),
    },
  ]
}

function tableOf(body: BodyName, cells: readonly MeasuredCell[]): TableSection {
  const figure = ({ rounds }: MeasuredCell, name: string) =>
    meanOver(rounds, ({ figures }) => figures[name] ?? Number.NaN)
  return {
    kind: 'table',
    title: `What a call costs, ${body} answers`,
    says: 'CPU time is that of each process from the first call to the last. Bytes are those of TCP’s payload, both ways.',
    columns: [
      { title: 'way' },
      { title: 'at a time', decimals: 0 },
      { title: 'connections', decimals: 0 },
      { title: 'calls', unit: '1/s', decimals: 0 },
      { title: 'p50', unit: 'ms', decimals: 2 },
      { title: 'p99', unit: 'ms', decimals: 2 },
      { title: 'client', unit: 'µs CPU', decimals: 0 },
      { title: 'server', unit: 'µs CPU', decimals: 0 },
      { title: 'bytes', decimals: 0 },
    ],
    rows: cells.map((cell) => [
      LOADED_WAYS[cell.name].title,
      cell.concurrency,
      figure(cell, FIGURES.connections),
      perSecond(cell),
      p50(cell),
      quantileOver(cell.rounds, 'service', 0.99).merged,
      figure(cell, FIGURES.clientCpu),
      figure(cell, FIGURES.serverCpu),
      bytesOf(cell),
    ]),
  }
}
