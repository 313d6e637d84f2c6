// Reads the open connections of a fleet at L4, while a view shows them: events have none.

import { useEffect } from 'preact/hooks'
import { serverNow } from '../../store/clock.ts'
import type { Load } from '../../store/contract.ts'
import { store } from '../../store/page-store.ts'
import { rest } from '../../store/rest.ts'
import type { OpenRow } from '../../store/state.ts'
import { modeOf } from './rows.ts'

const EVERY_MS = 2_000
/** Each node is one more request. With more nodes, the rows are of the fleet as a whole. */
const MOST_NODES = 8

export function useOpenConnections(fleet: string): void {
  useEffect(() => {
    let isMounted = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async () => {
      // A failed reading leaves a gap: the connection of the events says why.
      await readOpen(fleet).catch(() => undefined)
      if (isMounted) timer = setTimeout(() => void read(), EVERY_MS)
    }
    void read()
    return () => {
      isMounted = false
      clearTimeout(timer)
    }
  }, [fleet])
}

async function readOpen(fleet: string): Promise<void> {
  const { config, nodes } = store.get()
  if (config === undefined) return
  const mode = modeOf(config.document, fleet)
  const ids = [...nodes.values()].filter((node) => node.fleet === fleet && node.connected).map(({ id }) => id)
  const rows = mode === 'l4' ? await readRows(fleet, ids) : []
  store.dispatch({ type: 'open', value: { at: new Date(serverNow()).toISOString(), fleet, mode, rows } })
}

async function readRows(fleet: string, nodes: readonly string[]): Promise<readonly OpenRow[]> {
  if (nodes.length > MOST_NODES) return openOf(await rest.getLoad({ fleet }), '')
  const answers = nodes.map(async (node) => openOf(await rest.getLoad({ fleet, node }), node))
  return (await Promise.all(answers)).flat()
}

function openOf({ upstreams }: Load, node: string): readonly OpenRow[] {
  return upstreams.flatMap(({ upstream, backends }) =>
    backends.map(({ endpoint, address, calls }) => ({
      upstream,
      node,
      ...(endpoint !== undefined && { endpoint }),
      ...(address !== undefined && { address }),
      open: calls.inProgress,
    })),
  )
}
