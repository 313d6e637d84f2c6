// Where the items of a topology are drawn: four columns, each item near what it leads to.

import { groupBy } from '../../../../../core/group-by.ts'
import { COLUMNS, type Column, type Topology, type TopologyItem, type TopologyLink } from './topology.ts'

export interface PlacedItem {
  readonly item: TopologyItem
  /** Its upper edge, in pixels. */
  readonly y: number
}

export interface PlacedLink {
  readonly link: TopologyLink
  readonly from: PlacedItem
  readonly to: PlacedItem
}

export interface Layout {
  /** Sorted by `y`. */
  readonly columns: Readonly<Record<Column, readonly PlacedItem[]>>
  /** Sorted by the `y` of where they lead. */
  readonly links: readonly (PlacedLink & { readonly y: number })[]
  /** In pixels. */
  readonly height: number
}

export interface LayoutOptions {
  /** Height of an item, in pixels. */
  readonly rowHeight: number
  /** Between backends of different upstreams, in pixels. */
  readonly gap: number
}

/**
 * Backends stand below each other in groups of their upstream. Each other item stands in the middle of its targets, and
 * moves down where another item is already there.
 */
export function layOut({ items, links }: Topology, { rowHeight, gap }: LayoutOptions): Layout {
  const placed = new Map<string, PlacedItem>()
  const inColumn = groupBy(items, ({ column }) => column)
  const linksFrom = groupBy(links, ({ from }) => from)

  const place = (wanted: readonly (readonly [item: TopologyItem, y: number])[]) => {
    let free = 0
    const sorted = [...wanted].sort(([, one], [, other]) => one - other)
    return sorted.map(([item, y]) => {
      const entry = { item, y: Math.max(free, Math.round(y)) }
      free = entry.y + rowHeight
      placed.set(item.id, entry)
      return entry
    })
  }

  // The upstreams in the order in which listeners and rules name them, so that few links cross.
  const upstreams = orderBy(inColumn.get('upstream') ?? [], orderOfTargets(items, links))
  let below = 0
  const backendOf = new Map((inColumn.get('backend') ?? []).map((item) => [item.id, item]))
  const wantedBackends: [TopologyItem, number][] = []
  const wantedUpstreams = upstreams.map((upstream): [TopologyItem, number] => {
    const own = (linksFrom.get(upstream.id) ?? []).flatMap(({ to }) => backendOf.get(to) ?? [])
    for (const [index, backend] of own.entries()) wantedBackends.push([backend, below + index * rowHeight])
    const rows = Math.max(1, own.length)
    const middle = below + ((rows - 1) * rowHeight) / 2
    below += rows * rowHeight + gap
    return [upstream, middle]
  })

  const middleOfTargets = (item: TopologyItem): [TopologyItem, number] => {
    const ys = (linksFrom.get(item.id) ?? []).flatMap(({ to, aside }) =>
      aside ? [] : (placed.get(to)?.y ?? []),
    )
    return [item, ys.length === 0 ? 0 : (Math.min(...ys) + Math.max(...ys)) / 2]
  }

  const backend = place(wantedBackends)
  const upstream = place(wantedUpstreams)
  const rule = place((inColumn.get('rule') ?? []).map(middleOfTargets))
  const listener = place((inColumn.get('listener') ?? []).map(middleOfTargets))
  const columns = { listener, rule, upstream, backend }
  const bottom = Math.max(0, ...COLUMNS.map((column) => columns[column].at(-1)?.y ?? -rowHeight)) + rowHeight
  return {
    columns,
    links: links
      .flatMap((link) => {
        const [from, to] = [placed.get(link.from), placed.get(link.to)]
        return from === undefined || to === undefined ? [] : [{ link, from, to, y: to.y }]
      })
      .sort((one, other) => one.y - other.y),
    height: items.length === 0 ? 0 : bottom,
  }
}

/** The place of each upstream among all that listeners and rules lead to, in the order of the rules. */
function orderOfTargets(
  items: readonly TopologyItem[],
  links: readonly TopologyLink[],
): ReadonlyMap<string, number> {
  const order = new Map<string, number>()
  const targets = groupBy(links, ({ from }) => from)
  for (const { id, column } of items) {
    if (column !== 'listener' && column !== 'rule') continue
    for (const { to, aside } of targets.get(id) ?? []) {
      if (!aside && !order.has(to)) order.set(to, order.size)
    }
  }
  return order
}

function orderBy(
  items: readonly TopologyItem[],
  order: ReadonlyMap<string, number>,
): readonly TopologyItem[] {
  const place = ({ id }: TopologyItem) => order.get(id) ?? Number.MAX_SAFE_INTEGER
  return [...items].sort((one, other) => place(one) - place(other))
}
