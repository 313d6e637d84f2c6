// What the report shows of rows.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { WAYS } from '../../../../testbed/data-peers/rows/ways.ts'
import { FAR_LINK, ROW_BYTES, ROWS_PER_SECOND } from './cells.ts'
import { LATENCY } from './measure-rows.ts'
import { cpuByRound, type MeasuredRows, measuredRows } from './measured.ts'
import { recommendationsOf } from './recommend.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const rows = measuredRows(results)
  if (rows.length === 0) return []
  const [most, paced, far] = (['most', 'paced', 'far'] as const).map((demand) =>
    rows.filter((one) => one.demand === demand),
  )
  return [
    { kind: 'text', title: 'How to send rows', paragraphs: recommendationsOf(rows) },
    ...barsOf(most ?? []),
    ...tableOf('Rows that are always ready', most ?? [], READY),
    ...curvesOf(paced ?? []),
    ...tableOf('Rows that come at a fixed rate', paced ?? [], PACED),
    ...tableOf(`The same over ${FAR_LINK.rttMs} ms`, far ?? [], FAR),
  ]
}

const READY = `Each row has a value of ${ROW_BYTES} bytes, with key and version; both sides encode and decode it by protobuf-es. One connection, client and server on one machine. Latency is from the moment that a message is begun. In streams, rows also queue behind those before them, and in client streaming until its end.`
const PACED = `${ROWS_PER_SECOND.toLocaleString('en-US')} rows a second become ready, one after the other. Latency is from then to the acknowledgment, so rows of a batch also wait for its last one, and rows of a client stream for its end.`
const FAR = `Rows that are always ready, over an emulated link of ${FAR_LINK.mbitPerSecond} Mbit/s.`

function barsOf(rows: readonly MeasuredRows[]): readonly Section[] {
  if (rows.length === 0) return []
  return [
    {
      kind: 'bars',
      title: 'CPU time of a row',
      says: 'Of client and server together, rows always ready.',
      unit: 'µs',
      bars: rows.map(({ way, rounds }) => ({
        label: WAYS[way].title,
        values: cpuByRound({ rounds }),
      })),
    },
  ]
}

function curvesOf(rows: readonly MeasuredRows[]): readonly Section[] {
  const shown = rows.filter(({ way }) => WAYS[way].method !== 'writeStream')
  if (shown.length === 0) return []
  return [
    {
      kind: 'curves',
      title: `Latency of a row, ${ROWS_PER_SECOND.toLocaleString('en-US')} rows a second`,
      curves: shown.map(({ way, rounds }) => ({
        label: WAYS[way].title,
        histograms: rounds.flatMap(({ histograms }) => histograms[LATENCY] ?? []),
      })),
    },
  ]
}

function tableOf(title: string, rows: readonly MeasuredRows[], says: string): readonly Section[] {
  if (rows.length === 0) return []
  return [
    {
      ...{ kind: 'table', title, says },
      columns: [
        { title: 'way' },
        { title: 'rows', unit: '1/s', decimals: 0 },
        { title: 'p50', unit: 'ms', decimals: 2 },
        { title: 'p99', unit: 'ms', decimals: 2 },
        { title: 'client', unit: 'µs CPU a row', decimals: 1 },
        { title: 'server', unit: 'µs CPU a row', decimals: 1 },
        { title: 'both ways', unit: 'bytes a row', decimals: 0 },
      ],
      rows: rows.map(({ way, perSecond, p50, p99, client, server, bytes }) => [
        WAYS[way].title,
        perSecond.median,
        ...[p50, p99, client, server, bytes],
      ]),
    },
  ]
}
