// The topology as an indented list; only the rows in view are in the page.

import { useMemo, useRef } from 'preact/hooks'
import { useViewport } from '../../controls/viewport.ts'
import { windowOf } from '../../controls/windowed.ts'
import type { BackendCalls } from './backend-calls.ts'
import { Calls } from './calls.tsx'
import { type OutlineRow, outlineOf } from './outline.ts'
import type { Topology } from './topology.ts'

const ROW = 50

interface OutlineProps {
  readonly topology: Topology
  readonly calls: ReadonlyMap<string, BackendCalls>
}

export function Outline({ topology, calls }: OutlineProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const viewport = useViewport(scroller)
  const rows = useMemo(() => outlineOf(topology), [topology])
  const { first, end } = windowOf(rows.length, ROW, viewport)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it can be scrolled, so the keyboard must reach it
    <section class="topology-scroll" ref={scroller} tabIndex={0} aria-label="Topology as a list">
      <ul class="outline" style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(first, end).map((row, index) => (
          <Row key={first + index} row={row} y={(first + index) * ROW} calls={calls} />
        ))}
      </ul>
    </section>
  )
}

interface RowProps {
  readonly row: OutlineRow
  readonly y: number
  readonly calls: ReadonlyMap<string, BackendCalls>
}

function Row({ row: { item, depth, by, repeated }, y, calls }: RowProps) {
  const share =
    by !== undefined && !by.aside && by.share < 1 && item.column === 'upstream' ? by.share : undefined
  return (
    <li
      class={`outline-row of-${item.column} is-${item.health}`}
      style={{ transform: `translateY(${y}px)`, paddingLeft: `${10 + depth * 18}px` }}
    >
      <b>
        <span>{item.title}</span>
        {share !== undefined && <span class="tag">{Math.round(share * 100)} %</span>}
        {by?.aside && <span class="tag">beside the traffic</span>}
        {item.backend && <Calls calls={calls} backend={item.backend} />}
      </b>
      <span class="quiet">
        <span class="unseen">
          {item.column}, level {depth + 1}:{' '}
        </span>
        {repeated ? 'see above' : item.detail}
      </span>
    </li>
  )
}
