// What the report shows of the matrix.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { type MeasuredCell, measuredCells } from './measured.ts'
import { curvesOf } from './sections/curves.ts'
import { heatmapsOf } from './sections/heatmaps.ts'
import { latencyTables } from './sections/latency-table.ts'
import { throughputLines } from './sections/lines.ts'
import { streamTable } from './sections/stream-table.ts'
import { transportTables } from './sections/transport-tables.ts'
import { usageTable } from './sections/usage-table.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const cells = measuredCells(results)
  return [...sectionsOfCells(cells), ...(cells.length === 0 ? [] : transportTables(cells))]
}

/** What the report of a cluster has too. */
export function sectionsOfCells(cells: readonly MeasuredCell[]): readonly Section[] {
  if (cells.length === 0) return []
  return [
    ...heatmapsOf(cells),
    ...latencyTables(cells),
    ...curvesOf(cells),
    ...throughputLines(cells),
    ...streamTable(cells),
    usageTable(cells),
  ]
}
