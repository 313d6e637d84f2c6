// Nodes by fleet and ID, sorted again only when a node comes or goes: a thousand names are slow to compare in each frame.

import type { MatrixNode } from './matrix.ts'

/** `edge-2` comes before `edge-10`. */
const COLLATOR = new Intl.Collator('en', { numeric: true })

/** A function that sorts, and remembers the order of its last call. */
export function createNodeOrder<Node extends MatrixNode>(): (
  nodes: ReadonlyMap<string, Node>,
) => readonly Node[] {
  let keys: readonly string[] = []
  return (nodes) => {
    if (keys.length !== nodes.size || keys.some((key) => !nodes.has(key))) {
      keys = [...nodes]
        .sort(
          ([, one], [, other]) =>
            COLLATOR.compare(one.fleet, other.fleet) || COLLATOR.compare(one.id, other.id),
        )
        .map(([key]) => key)
    }
    return keys.flatMap((key) => nodes.get(key) ?? [])
  }
}
