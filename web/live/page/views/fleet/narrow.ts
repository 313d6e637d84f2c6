// The part of a topology that has to do with a text: what is called so, what leads there, and where it leads.

import { groupBy } from '../../../../../core/group-by.ts'
import type { Topology, TopologyLink } from './topology.ts'

/** The whole topology for an empty text. Case does not count. */
export function narrowTo(topology: Topology, text: string): Topology {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return topology
  const { items, links } = topology
  const found = items.filter(({ title, detail }) => `${title} ${detail}`.toLowerCase().includes(wanted))
  const ids = found.map(({ id }) => id)
  return keep({ items, links }, connectedTo(ids, links))
}

/** What leads to these items and where they lead, themselves included. */
export function connectedTo(ids: readonly string[], links: readonly TopologyLink[]): ReadonlySet<string> {
  const forward = groupBy(links, ({ from }) => from)
  const backward = groupBy(links, ({ to }) => to)
  const after = walk(ids, (id) => (forward.get(id) ?? []).map(({ to }) => to))
  const before = walk(ids, (id) => (backward.get(id) ?? []).map(({ from }) => from))
  return new Set([...after, ...before])
}

function walk(ids: readonly string[], next: (id: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set(ids)
  // A set that grows while it is iterated: https://tc39.es/ecma262/#sec-set.prototype.foreach
  for (const id of reached) for (const one of next(id)) reached.add(one)
  return reached
}

function keep({ items, links }: Topology, ids: ReadonlySet<string>): Topology {
  return {
    items: items.filter(({ id }) => ids.has(id)),
    links: links.filter(({ from, to }) => ids.has(from) && ids.has(to)),
  }
}
