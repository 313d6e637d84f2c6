// What becomes of the calls of each client connection: at L4 all go to one backend, at L7 they spread.

import { useMemo } from 'preact/hooks'
import { useStore } from '../../store/page-store.ts'
import { useShownFlip } from '../flip/shown-flip.ts'
import { connectionNameOf } from './connection-name.ts'
import { modeOf } from './rows.ts'
import { Stripes } from './stripes.tsx'
import { windowsOf } from './windows.ts'

const MOST = 40

export function ByConnection({ fleet }: { readonly fleet: string }) {
  const flip = useShownFlip(fleet)
  const reports = useStore((state) => state.connections.get(fleet))
  const document = useStore((state) => state.config?.document)
  const { stripes, isTruncated } = useMemo(() => {
    const { now } = windowsOf(reports ?? [], flip)
    const rows = now.flatMap((report) => report.rows)
    const groups = Map.groupBy(rows, ({ node, connection }) => connectionNameOf(node, connection).full)
    return {
      stripes: [...groups]
        .map(([title, rows]) => ({ key: title, title, name: nameOf(rows), rows }))
        .toSorted((a, b) => a.title.localeCompare(b.title, 'en', { numeric: true })),
      isTruncated: now.some(({ truncated }) => truncated),
    }
  }, [reports, flip])
  return (
    <section class="card" aria-label="By connection">
      <header>
        <h2>By connection</h2>
        <span class="quiet small">from access logs</span>
      </header>
      {stripes.length === 0 ? (
        <p class="empty">{emptyWords(modeOf(document, fleet))}</p>
      ) : (
        <Stripes document={document} stripes={stripes.slice(0, MOST)} unit="call" />
      )}
      {(isTruncated || stripes.length > MOST) && (
        <p class="quiet small">There are more connections than these.</p>
      )}
    </section>
  )
}

/** A narrow row cuts the node: the port is what tells the connections of a node apart. */
function nameOf([row]: readonly { readonly node: string; readonly connection: string }[]) {
  if (row === undefined) return undefined
  const { node, port } = connectionNameOf(row.node, row.connection)
  return (
    <>
      <span class="bar-node">{node}</span> <span class="bar-port">{port}</span>
    </>
  )
}

function emptyWords(mode: 'l4' | 'l7'): string {
  return mode === 'l4'
    ? 'At L4 a connection has one backend for all of its calls, and Envoy logs it when it ends.'
    : 'No calls in the last seconds, or the fleet has no access log to the control plane (accessLog.grpc).'
}
