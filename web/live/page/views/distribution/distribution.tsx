// Distribution: who gets the calls, over all, by proxy, and by connection.

import { useFleet } from '../../shell/fleet.ts'
import { ByConnection } from './by-connection.tsx'
import { ByProxy } from './by-proxy.tsx'
import { DistributionCard } from './distribution-card.tsx'

export function Distribution() {
  const fleet = useFleet()
  if (fleet === undefined) return <p class="empty">The document has no fleet yet.</p>
  return (
    <div class="distribution-view">
      <DistributionCard fleet={fleet} />
      <ByProxy fleet={fleet} />
      <ByConnection fleet={fleet} />
    </div>
  )
}
