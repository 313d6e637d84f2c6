// The fleet that the views show: of the address, else the first of the document that has nodes, else its first.

import { useStore } from '../store/page-store.ts'
import type { State } from '../store/state.ts'
import { useRoute } from './route.ts'

/** Undefined until the document is read, and for a document without fleets. */
export function useFleet(): string | undefined {
  const { params } = useRoute()
  const wanted = params.get('fleet')
  return useStore((state) => chooseFleet(state, wanted))
}

export function fleetsOf({ config, status }: Pick<State, 'config' | 'status'>): readonly string[] {
  return Object.keys(config?.document.fleets ?? status?.fleets ?? {})
}

export function chooseFleet(state: State, wanted: string | undefined): string | undefined {
  const fleets = fleetsOf(state)
  if (wanted !== undefined && fleets.includes(wanted)) return wanted
  const withNodes = new Set(
    [...state.nodes.values()].filter((node) => node.connected).map(({ fleet }) => fleet),
  )
  return fleets.find((fleet) => withNodes.has(fleet)) ?? fleets[0]
}
