// Envoy between clients and backends: for each connection (L4), or for each call (L7) by every policy that it has.

import type { LbRequest } from '../../../../api/schemas/lb.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import { type EnvoyFleetName, takeSwitchboard } from '../switchboard.ts'
import type { Way } from './way.ts'

interface Shape {
  readonly id: string
  readonly title: string
  readonly fleet: EnvoyFleetName
  readonly lb: LbRequest
  /** The header of the calls, for policies that hash. */
  readonly keyHeader?: string
}

const KEY_HEADER = 'x-user'

const L7_POLICIES: readonly (LbRequest & { readonly policy: string; readonly [option: string]: unknown })[] =
  [
    { mode: 'l7', policy: 'round_robin' },
    { mode: 'l7', policy: 'least_request' },
    { mode: 'l7', policy: 'random' },
    { mode: 'l7', policy: 'ring_hash', hashOn: { header: KEY_HEADER } },
    { mode: 'l7', policy: 'maglev', hashOn: { header: KEY_HEADER } },
    // Reports count from the first one on, so that short runs see what the policy does.
    { mode: 'l7', policy: 'client_side_weighted_round_robin', blackout: '0s', updatePeriod: '100ms' },
  ]

const SHAPES: readonly Shape[] = [
  {
    id: 'envoy-l4',
    title: 'Envoy L4 (tcp_proxy)',
    fleet: 'l4',
    lb: { mode: 'l4', policy: 'round_robin' },
  },
  ...L7_POLICIES.map((lb) => ({
    id: `envoy-l7-${lb.policy.replaceAll('_', '-')}`,
    title: `Envoy L7 ${lb.policy}`,
    fleet: 'edge' as const,
    lb,
    ...('hashOn' in lb && { keyHeader: KEY_HEADER }),
  })),
  {
    id: 'envoy-l7-two-workers',
    title: 'Envoy L7 round_robin, 2 workers',
    fleet: 'workers',
    lb: { mode: 'l7', policy: 'round_robin' },
  },
  {
    id: 'envoy-l7-three-envoys',
    title: '3 Envoys L7 round_robin',
    fleet: 'fleet',
    lb: { mode: 'l7', policy: 'round_robin' },
  },
]

/** The Envoys of a way; undefined for another kind of way. */
export function fleetOf(way: string): EnvoyFleetName | undefined {
  return SHAPES.find(({ id }) => id === way)?.fleet
}

export const ENVOY_WAYS: readonly Way[] = SHAPES.map(({ id, title, fleet, lb, keyHeader }) => ({
  id,
  title,
  who: 'proxy',
  picksFor: lb.mode === 'l4' ? 'connection' : 'call',
  needs: [NEEDS_ENVOY],
  open: async (context, { backends }) => {
    const switchboard = await takeSwitchboard(context)
    await switchboard.setBackends(backends)
    await switchboard.setLb(fleet, lb)
    return {
      targets: switchboard.nodesOf(fleet).map(({ target }) => target),
      ...(keyHeader && { client: { keyHeader } }),
      processes: switchboard.processesOf(fleet),
      setBackends: (next) => switchboard.setBackends(next),
    }
  },
}))
