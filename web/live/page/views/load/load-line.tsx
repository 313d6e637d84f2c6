// The load of the testbed in one line, beside what it shows.

import { useStore } from '../../store/page-store.ts'
import { LoadButton } from './load-button.tsx'

export function LoadLine() {
  const load = useStore((state) => state.testbed)
  // Where no testbed runs, real traffic shows.
  if (!load) return null
  const { running, connections, callsPerSecond, failed, fleet } = load
  return (
    <section class="card load-line" aria-label="Load">
      <span>
        {running ? (
          <>
            The testbed calls <b>{fleet}</b> {callsPerSecond} times a second on {connections} connections
            {failed > 0 && <span class="bad"> · {failed.toLocaleString('en-US')} failed</span>}
          </>
        ) : (
          <>
            The load is off. <span class="quiet">Without calls there is nothing to see.</span>
          </>
        )}
      </span>
      <LoadButton load={load} />
    </section>
  )
}
