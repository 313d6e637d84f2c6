// The topology as an indented list, for narrow screens and screen readers.

import { groupBy } from '../../../../../core/group-by.ts'
import type { Topology, TopologyItem, TopologyLink } from './topology.ts'

export interface OutlineRow {
  readonly item: TopologyItem
  readonly depth: number
  /** The link by which the row is reached; a listener has none. */
  readonly by?: TopologyLink
  /** What it leads to stands further up already. */
  readonly repeated?: true
}

/** Listeners first, each with what it leads to below it; then what nothing leads to. */
export function outlineOf({ items, links }: Topology): readonly OutlineRow[] {
  const byId = new Map(items.map((item) => [item.id, item]))
  const linksFrom = groupBy(links, ({ from }) => from)
  const reached = new Set<string>()
  const rows: OutlineRow[] = []
  const visit = (item: TopologyItem, depth: number, by?: TopologyLink) => {
    const targets = linksFrom.get(item.id) ?? []
    const repeated = reached.has(item.id) && targets.length > 0
    rows.push({ item, depth, ...(by && { by }), ...(repeated && { repeated }) })
    if (repeated) return
    reached.add(item.id)
    for (const link of targets) {
      const target = byId.get(link.to)
      if (target !== undefined) visit(target, depth + 1, link)
    }
  }
  for (const item of items) if (item.column === 'listener') visit(item, 0)
  for (const item of items) if (item.column === 'upstream' && !reached.has(item.id)) visit(item, 0)
  return rows
}
