// The results as Markdown: tables of pushes, first syncs and extremes, and the missed goals.

import { median } from '../../testbed/measure/statistics.ts'
import { table } from '../harness/markdown.ts'
import {
  cellsAtFloor,
  findShortfalls,
  firstSyncRatio,
  memoryShare,
  percent,
  pushRatio,
  stormRatio,
  times,
} from './goals.ts'
import type { CellResult } from './measure-cell.ts'
import type { Extreme } from './measure-extremes.ts'

export interface PushResults {
  readonly cells: readonly CellResult[]
  /** Cells that a server did not finish, and why. */
  readonly unfinished: readonly string[]
  readonly extremes: readonly Extreme[]
}

/** Sections, from second-level headings on. */
export function renderPushReport({ cells, unfinished, extremes }: PushResults): string {
  return [
    "## A change of one cluster's endpoints, until all streams have ACKed it",
    "N clusters, M streams. Times are medians of the measured rounds, the ratio is the median over pairs; CPU is the server's, per push, a median too. The floor writes the same bytes on plain streams of grpc-js, without any xDS, and the HTTP/2 floor does on Node's HTTP/2 itself.",
    renderPushes(cells),
    '## First sync, and memory',
    'From the first request until all streams are in sync. The peak is the resident memory of the server over its life, including pushes.',
    renderFirstSyncs(cells),
    ...(extremes.length === 0 ? [] : ['## Extremes', renderExtremes(extremes)]),
    ...(unfinished.length === 0 ? [] : ['## Not finished', unfinished.map((one) => `- ${one}`).join('\n')]),
    '## Missed goals',
    renderList(findShortfalls(cells, extremes)),
    '## Where plain grpc-js is behind the peer',
    renderList(cellsAtFloor(cells)),
  ].join('\n\n')
}

function renderPushes(cells: readonly CellResult[]): string {
  const head = [
    '',
    'N',
    'M',
    'rounds',
    'Switchyard',
    'peer',
    'ratio',
    'floor',
    'HTTP/2 floor',
    'over the floor',
    'CPU',
    'CPU of the peer',
    'CPU of the floors',
  ]
  return table(
    head,
    cells.map((cell) => {
      const { switchyard, peer, floor, http2 } = cell.of
      const [ours, theirs, least, lowest] = [switchyard, peer, floor, http2].map(({ pushMs }) =>
        median(pushMs),
      )
      const over = median(switchyard.pushMs.map((ms, round) => ms / (floor.pushMs[round] ?? Number.NaN)))
      return [
        cell.mode,
        String(cell.size),
        String(cell.streams),
        String(cell.rounds),
        ms(ours),
        ms(theirs),
        `**${times(pushRatio(cell))}**`,
        ms(least),
        ms(lowest),
        times(over),
        ms(median(switchyard.pushCpuMs)),
        ms(median(peer.pushCpuMs)),
        `${ms(median(floor.pushCpuMs))}, ${ms(median(http2.pushCpuMs))}`,
      ]
    }),
  )
}

function renderFirstSyncs(cells: readonly CellResult[]): string {
  const head = [
    '',
    'N',
    'M',
    'Switchyard',
    'peer',
    'ratio',
    'floor',
    'HTTP/2 floor',
    'CPU',
    'CPU of the peer',
    'CPU of the floors',
    'peak',
    'peak of the peer',
    'share',
  ]
  return table(
    head,
    cells.map((cell) => {
      const { switchyard, peer, floor, http2 } = cell.of
      return [
        cell.mode,
        String(cell.size),
        String(cell.streams),
        ms(switchyard.firstSyncMs),
        ms(peer.firstSyncMs),
        `**${times(firstSyncRatio(cell))}**`,
        ms(floor.firstSyncMs),
        ms(http2.firstSyncMs),
        ms(switchyard.firstSyncCpuMs),
        ms(peer.firstSyncCpuMs),
        `${ms(floor.firstSyncCpuMs)}, ${ms(http2.firstSyncCpuMs)}`,
        mib(switchyard.peakMiB),
        mib(peer.peakMiB),
        percent(memoryShare(cell)),
      ]
    }),
  )
}

function renderExtremes(extremes: readonly Extreme[]): string {
  return table(
    ['', '', 'rounds', 'Switchyard', 'peer', 'ratio', 'peak', 'peak of the peer'],
    extremes.map((extreme) => {
      const { what, mode, rounds } = extreme
      const { switchyard, peer } = extreme.of
      return [
        what,
        mode,
        String(rounds),
        ms(switchyard.ms),
        ms(peer.ms),
        `**${times(stormRatio(extreme))}**`,
        mib(switchyard.peakMiB),
        mib(peer.peakMiB),
      ]
    }),
  )
}

function renderList(sentences: readonly string[]): string {
  return sentences.length === 0 ? 'None.' : sentences.map((one) => `- ${one}`).join('\n')
}

function ms(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`
}

function mib(value: number): string {
  return Number.isNaN(value) ? '–' : `${Math.round(value).toLocaleString('en')} MiB`
}
