// Where a Job measured: its mesh, and its cluster in the words of whoever applied the manifests.

import type { TextSection } from '../report/section.ts'
import type { Results } from '../results.ts'
import { MESH, MESHES } from './meshes.ts'

/**
 * @param scenario as `yard scenario manifests` takes it
 * @param about what a reader has to know of the machines
 */
export function placeSection({ runs }: Pick<Results, 'runs'>, scenario: string, about: string): TextSection {
  const [{ mesh: title = 'unknown', cluster = 'unknown' } = {}] = runs.map(({ labels }) => labels)
  const mesh = MESHES.find((one) => MESH[one].title === title) ?? 'none'
  return {
    kind: 'text',
    title: 'Where it was measured',
    paragraphs: [
      `Mesh: **${title}**. Cluster, in the words of whoever applied the manifests: **${cluster}**.`,
      about,
      `Outside a cluster the command below measures nothing. \`npx yard scenario manifests ${scenario} --mesh ${mesh} --image IMAGE\` prints what measures the same again.`,
    ],
  }
}
