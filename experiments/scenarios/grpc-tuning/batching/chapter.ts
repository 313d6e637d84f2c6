// The same rows by unary calls, in batches and in streams: rows a second, latency, CPU and bytes of a row.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { WAYS } from '../../../../testbed/data-peers/rows/ways.ts'
import { emulatesLink, NEEDS_LINK } from '../../http2-analysis/linked-peers.ts'
import { type Demand, FAR_LINK, ROWS_PER_SECOND, rowCells, rowId, secondsOf } from './cells.ts'
import { checksOf } from './checks.ts'
import { measureRows } from './measure-rows.ts'
import { sectionsOf } from './sections.ts'

const DEMANDS: Readonly<Record<Demand, string>> = {
  most: 'always ready',
  paced: `${ROWS_PER_SECOND.toLocaleString('en-US')} a second`,
  far: 'always ready',
}
const FAR_ROUNDS = 2

export const BATCHING: Chapter = {
  title: 'Streaming or batching',
  runs: (profile) => {
    const { warmUpSeconds, seconds } = secondsOf(profile)
    return rowCells(profile).map((cell): Run => {
      const isFar = cell.demand === 'far'
      return {
        id: rowId(cell),
        labels: { way: WAYS[cell.way].title, rows: DEMANDS[cell.demand] },
        seconds: warmUpSeconds + Math.max(seconds, WAYS[cell.way].unit / ROWS_PER_SECOND) + 0.1,
        ...(isFar && {
          ...{ needs: [NEEDS_LINK], rounds: FAR_ROUNDS },
          emulates: emulatesLink(`${FAR_LINK.rttMs} ms round trip, ${FAR_LINK.mbitPerSecond} Mbit/s`),
        }),
        measure: (context) => measureRows(context, cell),
      }
    })
  },
  checks: checksOf,
  sections: sectionsOf,
}
