// What each proxy sends to which backend: each of them balances by itself.

import { useMemo } from 'preact/hooks'
import { useStore } from '../../store/page-store.ts'
import { useShownFlip } from '../flip/shown-flip.ts'
import { useFleetRows } from './distribution-card.tsx'
import { Stripes } from './stripes.tsx'

const MOST = 40

export function ByProxy({ fleet }: { readonly fleet: string }) {
  const { now, unit } = useFleetRows(fleet, useShownFlip(fleet))
  const document = useStore((state) => state.config?.document)
  const stripes = useMemo(
    () =>
      [...Map.groupBy(now, ({ node }) => node)]
        .map(([node, rows]) => ({ key: node, title: node || 'all together', rows }))
        .toSorted((a, b) => a.title.localeCompare(b.title, 'en', { numeric: true })),
    [now],
  )
  return (
    <section class="card" aria-label="By proxy">
      <header>
        <h2>By proxy</h2>
        <span class="quiet small">each balances by itself</span>
      </header>
      {stripes.length === 0 ? (
        <p class="empty">No {unit}s in the last seconds.</p>
      ) : (
        <Stripes document={document} stripes={stripes.slice(0, MOST)} unit={unit} />
      )}
    </section>
  )
}
