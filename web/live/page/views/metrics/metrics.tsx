// Metrics: the control plane's own; with a Prometheus also the dashboards, as Grafana shows them.

import './metrics.css'
import { useEffect, useState } from 'preact/hooks'
import { Spans } from '../../controls/spans.tsx'
import { setParams, useRoute } from '../../shell/route.ts'
import type { Dashboard } from '../../store/contract.ts'
import { rest } from '../../store/rest.ts'
import { BoardPanels } from './board-panels.tsx'
import { OwnPanels } from './own-panels.tsx'

const SPANS = [15, 60, 360]
const DEFAULT_MINUTES = 15

export function Metrics() {
  const boards = useBoards()
  const { params } = useRoute()
  const board = boards.find(({ id }) => id === params.get('dashboard'))
  const minutes = Number(params.get('minutes') ?? DEFAULT_MINUTES)
  return (
    <div class="metrics">
      {boards.length > 0 && (
        <div class="board-bar">
          <label>
            <span class="quiet small">Dashboard </span>
            <select
              value={board?.id ?? ''}
              onChange={({ currentTarget }) => setParams({ dashboard: currentTarget.value || undefined })}
            >
              <option value="">This control plane</option>
              {boards.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          {board !== undefined && <Spans spans={SPANS} minutes={minutes} />}
        </div>
      )}
      {board === undefined ? (
        <OwnPanels {...(boards.length === 0 && { hint: HINT })} />
      ) : (
        <BoardPanels key={board.id} board={board} minutes={minutes} />
      )}
    </div>
  )
}

const HINT = (
  <>
    With a Prometheus, <code>yard serve --prometheus URL</code>, the dashboards are here too.
  </>
)

/** None where the control plane knows no Prometheus. */
function useBoards(): readonly Dashboard[] {
  const [boards, setBoards] = useState<readonly Dashboard[]>([])
  useEffect(() => {
    const gone = new AbortController()
    rest.listDashboards({ signal: gone.signal }).then(
      ({ dashboards }) => setBoards(dashboards),
      () => {},
    )
    return () => gone.abort()
  }, [])
  return boards
}
