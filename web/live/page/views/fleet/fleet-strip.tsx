// All fleets side by side: what they are, how many nodes they have, and how these stand. One of them is chosen.

import { useMemo } from 'preact/hooks'
import { stateClass, stateWord } from '../../controls/state-mark.tsx'
import { fleetsOf } from '../../shell/fleet.ts'
import { setParams } from '../../shell/route.ts'
import { useStore } from '../../store/page-store.ts'
import { countStates, STATES_BY_URGENCY } from './matrix.ts'

const KINDS: Readonly<Record<string, string>> = {
  envoy: 'Envoys',
  proxyless: 'gRPC clients without a proxy',
  'grpc-server': 'gRPC servers',
}

export function FleetStrip({ selected }: { readonly selected: string | undefined }) {
  const nodes = useStore((state) => state.nodes)
  const known = useStore((state) => fleetsOf(state).join('\n'))
  const status = useStore((state) => state.status)
  const fleets = useMemo(() => {
    const byFleet = Map.groupBy(nodes.values(), ({ fleet }) => fleet)
    // Nodes of a fleet that the document does not have are served nothing: that has to be seen.
    const names = new Set([...known.split('\n').filter(Boolean), ...byFleet.keys()])
    return [...names].map((name) => ({ name, nodes: byFleet.get(name) ?? [] }))
  }, [nodes, known])
  if (fleets.length === 0) return <p class="empty">The document has no fleets, and no node is connected.</p>
  return (
    <fieldset class="fleet-strip" aria-label="Fleets">
      {fleets.map(({ name, nodes }) => {
        const kind = status?.fleets[name]?.kind
        const counts = countStates(nodes)
        const present = STATES_BY_URGENCY.filter((state) => counts[state] > 0)
        const words = present.map((state) => `${counts[state]} ${stateWord(state)}`).join(', ')
        return (
          <button
            type="button"
            class="fleet-card"
            aria-pressed={name === selected}
            onClick={() => setParams({ fleet: name, node: undefined, state: undefined, find: undefined })}
          >
            <b>{name}</b>
            <span class="quiet small">
              {kind === undefined ? 'not in the document' : (KINDS[kind] ?? kind)}
            </span>
            <span class="state-bar" aria-hidden="true">
              {present.map((state) => (
                <i key={state} class={stateClass(state)} style={{ flexGrow: counts[state] }} />
              ))}
            </span>
            <span class="small">{nodes.length === 0 ? 'no node has connected' : words}</span>
          </button>
        )
      })}
    </fieldset>
  )
}
