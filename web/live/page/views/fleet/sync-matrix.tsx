// The sync matrix: node × type. Only the rows in view are in the page, so a thousand nodes cost as much as thirty.

import { useRef } from 'preact/hooks'
import type { NodeState } from '../../../../../api/node-state.ts'
import { Find } from '../../controls/find.tsx'
import { StateMark, stateClass, stateWord } from '../../controls/state-mark.tsx'
import { useViewport } from '../../controls/viewport.ts'
import { windowOf } from '../../controls/windowed.ts'
import { setParams } from '../../shell/route.ts'
import type { NodeView } from '../../store/state.ts'
import { type Matrix, type MatrixCell, STATES_BY_URGENCY } from './matrix.ts'
import { nameOfType } from './resource-types.ts'

const ROW = 36
const HEAD = 34

interface SyncMatrixProps {
  readonly matrix: Matrix<NodeView>
  readonly text: string
  readonly state: NodeState | undefined
  readonly chosen: string | undefined
}

export function SyncMatrix({ matrix, text, state, chosen }: SyncMatrixProps) {
  const { columns, rows, counts, total } = matrix
  return (
    <section class="card matrix-card" aria-label="Sync matrix">
      <div class="matrix-tools">
        <Find text={text} label="Find a node or a client" />
        <fieldset class="state-filter" aria-label="Show one state">
          {STATES_BY_URGENCY.filter((one) => counts[one] > 0 || one === state).map((one) => (
            <button
              type="button"
              key={one}
              class={`chip ${stateClass(one)}`}
              aria-pressed={one === state}
              onClick={() => setParams({ state: one === state ? undefined : one })}
            >
              <StateMark state={one} /> <b>{counts[one]}</b>
            </button>
          ))}
        </fieldset>
        <span class="quiet small" role="status">
          {rows.length === total
            ? `${total} ${total === 1 ? 'node' : 'nodes'}`
            : `${rows.length} of ${total} nodes`}
        </span>
      </div>
      {rows.length === 0 ? (
        <p class="empty">
          {total === 0
            ? 'No node of this fleet has connected. "npx yard bootstrap" writes the bootstrap that a node starts with.'
            : 'No node matches.'}
        </p>
      ) : (
        <Rows rows={rows} columns={columns} chosen={chosen} />
      )}
    </section>
  )
}

interface RowsProps {
  readonly rows: readonly NodeView[]
  readonly columns: readonly string[]
  readonly chosen: string | undefined
}

function Rows({ rows, columns, chosen }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const viewport = useViewport(scroller)
  const { first, end } = windowOf(rows.length, ROW, { ...viewport, top: viewport.top - HEAD })
  return (
    <div class="matrix-scroll" ref={scroller}>
      <table class="matrix" aria-rowcount={rows.length + 1} style={{ '--columns': columns.length }}>
        <colgroup>
          <col class="node-column" />
          <col class="client-column" />
          {columns.map((typeUrl) => (
            <col key={typeUrl} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">node</th>
            <th scope="col" class="client">
              client
            </th>
            {columns.map((typeUrl) => (
              <th scope="col" key={typeUrl}>
                <abbr title={nameOfType(typeUrl).long}>{nameOfType(typeUrl).short}</abbr>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={first * ROW} />
          {rows.slice(first, end).map((node, index) => (
            <Row
              key={node.id}
              node={node}
              index={first + index}
              columns={columns}
              isChosen={node.id === chosen}
            />
          ))}
          <Gap height={(rows.length - end) * ROW} />
        </tbody>
      </table>
    </div>
  )
}

/** Stands for the rows that are not in view. */
function Gap({ height }: { readonly height: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus
    <tr class="gap" aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  )
}

interface RowProps {
  readonly node: NodeView
  readonly index: number
  readonly columns: readonly string[]
  readonly isChosen: boolean
}

function Row({ node, index, columns, isChosen }: RowProps) {
  return (
    <tr class={`matrix-row ${isChosen ? 'chosen ' : ''}${stateClass(node.state)}`} aria-rowindex={index + 2}>
      <th scope="row">
        <button
          type="button"
          class="node-button"
          data-index={index}
          aria-expanded={isChosen}
          onKeyDown={moveRow}
          onClick={() => setParams({ node: isChosen ? undefined : node.id })}
        >
          <StateMark state={node.state} silent /> {node.id}
        </button>
        {node.pinned && (
          <span class="tag" title="It connected while a revision was pending: it has the last accepted one.">
            pinned
          </span>
        )}
        {(node.lacks?.length ?? 0) > 0 && (
          <span class="tag warn" title="Its client does not support some settings that reach it.">
            {node.lacks?.length} unsupported
          </span>
        )}
      </th>
      <td class="client quiet">{node.client && `${node.client.name} ${node.client.version ?? ''}`}</td>
      {columns.map((typeUrl) => (
        <td key={typeUrl}>
          <Cell cell={node.types[typeUrl]} />
        </td>
      ))}
    </tr>
  )
}

function Cell({ cell }: { readonly cell: MatrixCell | undefined }) {
  if (cell === undefined) return <span class="quiet cell">·</span>
  const { state, ackedVersion, sentVersion, nack } = cell
  const version = state === 'SYNCED' ? ackedVersion : (sentVersion ?? ackedVersion)
  const says =
    nack === undefined || state === 'SYNCED'
      ? `${stateWord(state)}, version ${version ?? 'none'}`
      : nack.message
  return (
    <span class={`cell ${stateClass(state)}`} title={says}>
      <StateMark state={state} silent />
      {state === 'SYNCED' || state === 'STALE' ? <code>{shortVersion(version)}</code> : stateWord(state)}
    </span>
  )
}

/** Versions are hashes: their beginning tells them apart. */
export function shortVersion(version: string | undefined): string {
  return version === undefined ? '' : version.slice(0, 7)
}

/** The arrow keys go from row to row: those beyond the edge of the view are in the page already. */
function moveRow(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const index = Number((event.currentTarget as HTMLElement).dataset.index)
  if (step === undefined) return
  event.preventDefault()
  const next = (event.currentTarget as HTMLElement).querySelector<HTMLElement>(
    `[data-index="${index + step}"]`,
  )
  next?.focus()
}
