// The figures behind a sequence: each step with the time at both ends.

import type { Cell, SequenceSection } from '../section.ts'
import type { DataTable } from './data-table.ts'

export function sequenceTable({ actors, steps }: SequenceSection): DataTable {
  return {
    columns: [
      { title: 'what' },
      { title: 'from' },
      { title: 'sent', unit: 'ms', decimals: 1 },
      { title: 'to' },
      { title: 'received', unit: 'ms', decimals: 1 },
    ],
    rows: steps.map(({ label, from, sentMs, receivedMs }): Cell[] => [
      label,
      sentMs === undefined ? undefined : from,
      sentMs,
      receivedMs === undefined ? undefined : actors.find((actor) => actor !== from),
      receivedMs,
    ]),
  }
}
