// Workloads that people have, each with a cell of the matrix that stands for it, and what counts in it.

import { quantileOver, spreadOver } from '../../../../harness/statistics/rounds.ts'
import type { Cell } from '../matrix/cells.ts'
import { latencyName, type MeasuredCell } from '../matrix/measured.ts'

export interface Workload {
  readonly title: string
  readonly cell: Cell
  readonly measure: 'latency' | 'calls' | 'messages' | 'bytes'
}

export const WORKLOADS: readonly Workload[] = [
  {
    title: 'small calls, each waits for the one before',
    cell: { pattern: 'unary', payload: 64, concurrency: 1 },
    measure: 'latency',
  },
  {
    title: 'many small calls at once (100)',
    cell: { pattern: 'unary', payload: 64, concurrency: 100 },
    measure: 'calls',
  },
  {
    title: 'calls with 64 KB',
    cell: { pattern: 'unary', payload: 65_536, concurrency: 1 },
    measure: 'latency',
  },
  {
    title: 'calls with 1 MB',
    cell: { pattern: 'unary', payload: 1_048_576, concurrency: 1 },
    measure: 'latency',
  },
  {
    title: 'a feed of small messages (server stream)',
    cell: { pattern: 'server-stream', payload: 64, concurrency: 1 },
    measure: 'messages',
  },
  {
    title: 'a download (server stream of 64 KB)',
    cell: { pattern: 'server-stream', payload: 65_536, concurrency: 1 },
    measure: 'bytes',
  },
  {
    title: 'a dialog (bidirectional stream)',
    cell: { pattern: 'bidirectional', payload: 64, concurrency: 1 },
    measure: 'latency',
  },
]

export interface MeasureInfo {
  readonly unit: string
  readonly isLowerBetter: boolean
}

export const MEASURES: Readonly<Record<Workload['measure'], MeasureInfo>> = {
  latency: { unit: 'µs', isLowerBetter: true },
  calls: { unit: 'calls/s', isLowerBetter: false },
  messages: { unit: 'messages/s', isLowerBetter: false },
  bytes: { unit: 'MB/s', isLowerBetter: false },
}

/** One value for each round. */
export function valuesOf(
  { measure }: Pick<Workload, 'measure'>,
  { rounds, cell }: MeasuredCell,
): readonly number[] {
  switch (measure) {
    case 'latency':
      return quantileOver(rounds, latencyName(cell), 0.5).values.map((ms) => ms * 1_000)
    case 'calls':
      return spreadOver(rounds, ({ calls, seconds }) => calls / seconds).values
    case 'messages':
      return spreadOver(rounds, ({ messages = 0, seconds }) => messages / seconds).values
    case 'bytes':
      return spreadOver(rounds, ({ bytes = 0, seconds }) => bytes / seconds / 1e6).values
  }
}
