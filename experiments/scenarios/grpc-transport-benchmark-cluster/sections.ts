// The report: where it was measured, and then the page of one machine.

import { placeSection } from '../../../harness/cluster/place-section.ts'
import type { Section } from '../../../harness/report/section.ts'
import type { Results } from '../../../harness/results.ts'
import { measuredCells } from '../grpc-transport-benchmark/matrix/measured.ts'
import { sectionsOfCells } from '../grpc-transport-benchmark/matrix/sections.ts'
import { PLACEMENTS } from './placements.ts'

const ABOUT =
  'The machine below is the node of the client. The Job cannot see the processes of other containers: CPU time and memory are those of the client alone.'

export function sectionsOf(results: Results): readonly Section[] {
  const cells = measuredCells(results, PLACEMENTS)
  if (cells.length === 0) return []
  return [placeSection(results, 'grpc-transport-benchmark', ABOUT), ...sectionsOfCells(cells)]
}
