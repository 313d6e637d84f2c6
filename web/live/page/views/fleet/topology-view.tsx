// The topology of a fleet: a diagram where there is room, and an indented list where there is not.

import { Find } from '../../controls/find.tsx'
import './topology.css'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Snapshot } from '../../../../../api/schemas/snapshot.ts'
import { useRoute } from '../../shell/route.ts'
import { useStore } from '../../store/page-store.ts'
import { rest } from '../../store/rest.ts'
import type { State } from '../../store/state.ts'
import { backendCalls } from './backend-calls.ts'
import { at, textAt } from './json.ts'
import { narrowTo } from './narrow.ts'
import { Outline } from './outline-view.tsx'
import { topologyOf } from './topology.ts'
import { TopologyDiagram } from './topology-diagram.tsx'
import { useIsNarrow } from './use-is-narrow.ts'

export function TopologyView({ fleet }: { readonly fleet: string | undefined }) {
  const { params } = useRoute()
  const find = params.get('find') ?? ''
  const { snapshot, problem } = useServed(fleet)
  const document = useStore((state) => state.config?.document)
  const reports = useStore((state) => state.load.get(fleet ?? ''))
  const isNarrow = useIsNarrow()
  const topology = useMemo(
    () =>
      topologyOf(snapshot ?? {}, (upstream, address) => {
        const endpoints = at(document, 'upstreams', upstream, 'endpoints') ?? {}
        return Object.entries(endpoints).find(([, endpoint]) => textAt(endpoint, 'address') === address)?.[0]
      }),
    [snapshot, document],
  )
  const shown = useMemo(() => narrowTo(topology, find), [topology, find])
  const calls = useMemo(() => backendCalls(reports ?? []), [reports])
  const counts = Map.groupBy(topology.items, ({ column }) => column)
  const words = (['listener', 'rule', 'upstream', 'backend'] as const)
    .map((column) => countOf(counts.get(column)?.length ?? 0, column))
    .join(', ')
  return (
    <section class="card topology-card" aria-label="Topology">
      <div class="matrix-tools">
        <Find text={find} label="Find a listener, rule, upstream or backend" />
        <span class="quiet small" role="status">
          {words}
        </span>
      </div>
      {problem !== undefined && <p class="banner bad">{problem}</p>}
      {snapshot !== undefined && shown.items.length === 0 && (
        <p class="empty">
          {topology.items.length === 0 ? 'This fleet is served nothing.' : `Nothing is called “${find}”.`}
        </p>
      )}
      {shown.items.length > 0 &&
        (isNarrow ? (
          <Outline topology={shown} calls={calls} />
        ) : (
          <TopologyDiagram topology={shown} calls={calls} />
        ))}
    </section>
  )
}

function countOf(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`
}

/** What the fleet is served, read again when another revision is in force, or a source has other endpoints. */
function useServed(fleet: string | undefined): { readonly snapshot?: Snapshot; readonly problem?: string } {
  const [read, setRead] = useState<{ readonly snapshot?: Snapshot; readonly problem?: string }>({})
  const newest = useStore(newestServed)
  useEffect(() => {
    if (fleet === undefined) return
    const gone = new AbortController()
    rest
      .getSnapshot(fleet, { signal: gone.signal })
      .then((snapshot) => setRead({ snapshot }))
      .catch((error: Error) => gone.signal.aborted || setRead({ problem: error.message }))
    return () => gone.abort()
  }, [fleet, newest])
  return read
}

function newestServed({ status }: State): string {
  const changes = Object.values(status?.endpoints ?? {}).map((source) => source.changes)
  return [status?.revision.revision, status?.revision.status, ...changes].join(' ')
}
