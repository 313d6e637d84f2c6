// The figures of a picture of lanes: a row for each lane.

import type { Cell, LaneMark, LanesSection } from '../section.ts'
import type { DataTable } from './data-table.ts'

export function lanesTable({ lanes }: LanesSection): DataTable {
  return {
    columns: [
      { title: '' },
      { title: 'first frame', unit: 'ms', decimals: 3 },
      { title: 'last frame', unit: 'ms', decimals: 3 },
      { title: 'frames of the client' },
      { title: 'frames of the server' },
      { title: 'DATA of the client', unit: 'bytes', decimals: 0 },
      { title: 'DATA of the server', unit: 'bytes', decimals: 0 },
      { title: 'out of window', unit: 'ms', decimals: 3 },
    ],
    rows: lanes
      .filter(({ marks }) => marks.length > 0)
      .map(({ label, marks, stalls = [] }): Cell[] => {
        const [client, server] = (['client', 'server'] as const).map((from) =>
          marks.filter((mark) => mark.from === from),
        )
        return [
          label,
          marks[0]?.atMs,
          marks.at(-1)?.atMs,
          ...[client, server].map(framesText),
          ...[client, server].map(dataBytes),
          stalls.reduce((sum, [from, to]) => sum + to - from, 0),
        ]
      }),
  }
}

/** Such as `HEADERS 2, DATA 6`. */
function framesText(marks: readonly LaneMark[] = []): string {
  const types = [...new Set(marks.map(({ type }) => type))]
  return types.map((type) => `${type} ${marks.filter((mark) => mark.type === type).length}`).join(', ') || '–'
}

const dataBytes = (marks: readonly LaneMark[] = []) =>
  marks.reduce((sum, { type, bytes }) => sum + (type === 'DATA' ? bytes : 0), 0)
