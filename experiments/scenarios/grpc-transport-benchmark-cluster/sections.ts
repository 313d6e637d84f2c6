// The report: where it was measured, and then the page of one machine.

import { MESH, MESHES } from '../../../harness/cluster/meshes.ts'
import type { Section } from '../../../harness/report/section.ts'
import type { Results } from '../../../harness/results.ts'
import { measuredCells } from '../grpc-transport-benchmark/matrix/measured.ts'
import { sectionsOfCells } from '../grpc-transport-benchmark/matrix/sections.ts'
import { PLACEMENTS } from './placements.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const cells = measuredCells(results, PLACEMENTS)
  if (cells.length === 0) return []
  return [placeSection(results), ...sectionsOfCells(cells)]
}

function placeSection({ runs }: Results): Section {
  const [{ mesh: title = 'unknown', cluster = 'unknown' } = {}] = runs.map(({ labels }) => labels)
  const mesh = MESHES.find((one) => MESH[one].title === title) ?? 'none'
  return {
    kind: 'text',
    title: 'Where it was measured',
    paragraphs: [
      `Mesh: **${title}**. Cluster, in the words of whoever applied the manifests: **${cluster}**.`,
      'The machine below is the node of the client. The Job cannot see the processes of other containers: CPU time and memory are those of the client alone.',
      `Outside a cluster the command below measures nothing. \`npx yard scenario manifests grpc-transport-benchmark --mesh ${mesh} --image IMAGE\` prints what measures the same again.`,
    ],
  }
}
