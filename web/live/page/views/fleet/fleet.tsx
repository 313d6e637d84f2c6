// Fleet: which node has what, and where calls go.

import './fleet.css'
import '../../controls/change-list.css'
import '../../controls/state-mark.css'
import { useMemo } from 'preact/hooks'
import type { NodeState } from '../../../../../api/node-state.ts'
import { useFleet } from '../../shell/fleet.ts'
import { setParams, useRoute } from '../../shell/route.ts'
import { useStore } from '../../store/page-store.ts'
import { type NodeView, nodeKey } from '../../store/state.ts'
import { FleetStrip } from './fleet-strip.tsx'
import { matrixOf } from './matrix.ts'
import { NodeDetail } from './node-detail.tsx'
import { createNodeOrder } from './node-order.ts'
import { SyncMatrix } from './sync-matrix.tsx'
import { TopologyView } from './topology-view.tsx'

const TABS = [
  ['sync', 'Sync'],
  ['topology', 'Topology'],
] as const

export function Fleet() {
  const { params } = useRoute()
  const fleet = useFleet()
  const wanted = params.get('fleet') ?? fleet
  const tab = params.get('tab') === 'topology' ? 'topology' : 'sync'
  return (
    <div class="fleet-view">
      <FleetStrip selected={wanted} />
      <div class="tabs" role="tablist" aria-label="What to show of the fleet">
        {TABS.map(([id, title]) => (
          <button
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={tab === id}
            aria-controls="fleet-tab"
            tabIndex={tab === id ? 0 : -1}
            onClick={() => setParams({ tab: id, find: undefined })}
            onKeyDown={(event) => moveTab(event)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id="fleet-tab" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'topology' ? <TopologyView fleet={wanted} key={wanted} /> : <Sync fleet={wanted} />}
      </div>
    </div>
  )
}

/** With two tabs, each arrow leads to the other one. https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
function moveTab(event: KeyboardEvent): void {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
  const here = event.currentTarget as HTMLElement
  const other = (here.nextElementSibling ?? here.previousElementSibling) as HTMLElement | null
  other?.click()
  other?.focus()
}

function Sync({ fleet }: { readonly fleet: string | undefined }) {
  const { params } = useRoute()
  const nodes = useStore((state) => state.nodes)
  const order = useMemo(() => createNodeOrder<NodeView>(), [])
  const sorted = useMemo(() => order(nodes), [nodes, order])
  const text = params.get('find') ?? ''
  const state = params.get('state') as NodeState | undefined
  const matrix = useMemo(() => matrixOf(sorted, { fleet, text, state }), [sorted, fleet, text, state])
  const chosen = params.get('node')
  const node = chosen === undefined ? undefined : nodes.get(nodeKey({ fleet: fleet ?? '', id: chosen }))
  return (
    <div class={node === undefined ? 'sync' : 'sync with-detail'}>
      <SyncMatrix matrix={matrix} text={text} state={state} chosen={node?.id} />
      {node !== undefined && <NodeDetail node={node} key={nodeKey(node)} />}
    </div>
  )
}
