// Without a proxy and without a control plane: gRPC resolves a DNS name, and a policy of the client picks an address.

import { splitAddress } from '../../../../core/host-and-port.ts'
import { startNameServer } from '../../../../testbed/name-server.ts'
import type { Way } from './way.ts'

const POLICIES = ['round_robin', 'pick_first'] as const

/** Without it, grpc-js asks the DNS servers of the system, whatever the target says. */
const ASKS_NAME_SERVER = { GRPC_NODE_USE_ALTERNATIVE_RESOLVER: 'true' }

export const DNS_WAYS: readonly Way[] = POLICIES.map((policy) => ({
  id: `dns-${policy.replaceAll('_', '-')}`,
  title: `DNS, ${policy} in the client`,
  who: 'client',
  picksFor: policy === 'round_robin' ? 'call' : 'connection',
  open: async (_context, { backends }) => {
    const places = backends.map(({ address }) => splitAddress(address))
    const port = places[0]?.port
    const names = await startNameServer(places.flatMap((place) => place?.host ?? []))
    return {
      targets: [`dns://${names.address}/echo.example:${port}`],
      client: { serviceConfig: { loadBalancingConfig: [{ [policy]: {} }] }, env: ASKS_NAME_SERVER },
      processes: [],
      // Clients ask again when a connection ends, and not before.
      setBackends: async (next) =>
        names.set(
          next
            .filter(({ isDraining }) => !isDraining)
            .flatMap(({ address }) => splitAddress(address)?.host ?? []),
        ),
      close: async () => names.close(),
    }
  },
}))
