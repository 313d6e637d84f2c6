// The diagram: four columns of boxes and the links between them. Only what is in view is drawn.

import { useMemo, useRef, useState } from 'preact/hooks'
import { useViewport } from '../../controls/viewport.ts'
import { itemsWithin } from '../../controls/windowed.ts'
import { setParams, useRoute } from '../../shell/route.ts'
import type { BackendCalls } from './backend-calls.ts'
import { Calls } from './calls.tsx'
import { layOut, type PlacedItem, type PlacedLink } from './layout.ts'
import { connectedTo } from './narrow.ts'
import { COLUMNS, type Column, type Topology } from './topology.ts'

const SIZES = { rowHeight: 58, gap: 14 }
const BOX = 48
const TITLES: Readonly<Record<Column, string>> = {
  listener: 'Listeners',
  rule: 'Routes',
  upstream: 'Upstreams',
  backend: 'Backends',
}
/** The edges of the columns, in percent of the width. */
const LEFT: Readonly<Record<Column, number>> = { listener: 0, rule: 25.5, upstream: 54, backend: 79.5 }
const WIDTH: Readonly<Record<Column, number>> = { listener: 18, rule: 21, upstream: 18, backend: 20.5 }

interface DiagramProps {
  readonly topology: Topology
  readonly calls: ReadonlyMap<string, BackendCalls>
}

export function TopologyDiagram({ topology, calls }: DiagramProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const viewport = useViewport(scroller)
  const [pointed, setPointed] = useState<string>()
  const { columns, links, height } = useMemo(() => layOut(topology, SIZES), [topology])
  const lit = useMemo(
    () => (pointed === undefined ? undefined : connectedTo([pointed], topology.links)),
    [pointed, topology],
  )
  const isDim = (id: string) => lit !== undefined && !lit.has(id)
  const drawn = itemsWithin(links, viewport, 0)
  return (
    <>
      <div class="topology-heads" aria-hidden="true">
        {COLUMNS.map((column) => (
          <span style={{ left: `${LEFT[column]}%` }}>{TITLES[column]}</span>
        ))}
      </div>
      <div class="topology-scroll" ref={scroller}>
        <div class="topology" style={{ height: `${height}px` }}>
          <svg
            class="topology-links"
            viewBox={`0 0 1000 ${height}`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            {drawn.map((one) => (
              <path
                key={`${one.link.from}\n${one.link.to}`}
                class={linkClass(one, isDim(one.link.from) || isDim(one.link.to))}
                d={pathOf(one)}
                style={{ strokeWidth: `${one.link.aside ? 1.5 : 1.5 + 3.5 * one.link.share}px` }}
              />
            ))}
          </svg>
          {COLUMNS.map((column) => (
            <ul class="topology-column" aria-label={TITLES[column]} key={column}>
              {itemsWithin(columns[column], viewport, SIZES.rowHeight * 4).map((placed) => (
                <Box
                  key={placed.item.id}
                  placed={placed}
                  calls={calls}
                  isDim={isDim(placed.item.id)}
                  point={setPointed}
                />
              ))}
            </ul>
          ))}
        </div>
      </div>
    </>
  )
}

interface BoxProps {
  readonly placed: PlacedItem
  readonly calls: ReadonlyMap<string, BackendCalls>
  readonly isDim: boolean
  readonly point: (id: string | undefined) => void
}

/** A click leaves only what has to do with the item; another one shows all again. */
function Box({ placed: { item, y }, calls, isDim, point }: BoxProps) {
  const isAlone = useRoute().params.get('find') === item.title
  const { id, column, title, detail, health, backend } = item
  return (
    <li
      class={`topology-box of-${column} is-${health} ${isDim ? 'dim' : ''}`}
      style={{
        left: `${LEFT[column]}%`,
        width: `${WIDTH[column]}%`,
        height: `${BOX}px`,
        transform: `translateY(${y}px)`,
      }}
    >
      <button
        type="button"
        title={`${title}: ${detail}`}
        onMouseEnter={() => point(id)}
        onMouseLeave={() => point(undefined)}
        onFocus={() => point(id)}
        onBlur={() => point(undefined)}
        onClick={() => setParams({ find: isAlone ? undefined : title })}
      >
        <b>
          <span>{title}</span>
          {backend && <Calls calls={calls} backend={backend} />}
        </b>
        <span class="quiet">{detail}</span>
      </button>
    </li>
  )
}

function linkClass({ link, to }: PlacedLink, isDim: boolean): string {
  const kind = link.aside ? 'is-aside' : `is-${to.item.health}`
  return `topology-link ${kind}${isDim ? ' dim' : ''}`
}

/** From the right edge of a box to the left edge of the next; within a column as an arc on the left. */
function pathOf({ from, to }: PlacedLink): string {
  const [x1, y1] = [10 * (LEFT[from.item.column] + WIDTH[from.item.column]), from.y + BOX / 2]
  const [x2, y2] = [10 * LEFT[to.item.column], to.y + BOX / 2]
  if (from.item.column === to.item.column) {
    const bend = x2 - 26
    return `M${x2} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`
  }
  const middle = (x1 + x2) / 2
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
}
