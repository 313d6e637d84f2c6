// Servers that can get slow and fail on one side of a transport; a loader and an Envoy that a control plane configures on the other.

import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../processes/free-port.ts'
import { type RunningBackend, startBackend } from '../backend.ts'
import type { LoadPlan } from '../loader/load-plan.ts'
import { type Loader, startLoader } from '../loader/start-loader.ts'
import type { LaidTransport } from '../transports/transport.ts'
import { type RunningSidecar, runSidecar } from './run-sidecar.ts'
import type { SidecarPlane } from './start-plane.ts'

export interface FarServers {
  readonly loader: Loader
  readonly servers: readonly RunningBackend[]
  readonly envoy: RunningSidecar
  /** Calls without an Envoy, in turn over all servers by the policy of the client. */
  readonly direct: string
  /** The Envoy beside the client. */
  readonly byEnvoy: string
  /** Writes fields of the rule by which Envoy sends calls on. Resolves when they are in effect. */
  readonly setRule: (fields: object) => Promise<void>
  /** Attempts that reached the servers so far. */
  readonly attempts: () => Promise<number>
}

const FLEET = 'far'
/** The client's own policy, for a target with several addresses. */
export const ROUND_ROBIN = { loadBalancingConfig: [{ round_robin: {} }] }
const PAYLOAD_BYTES = 64
/** Far more than a way takes. */
const SETTLE_MS = 100

/**
 * @param folder for logs @param count of servers
 * @throws SwitchyardError `process-failed` if a process does not start, `nacked` with Envoy's text if it rejects its configuration
 */
export async function startFarServers(
  plane: SidecarPlane,
  laid: LaidTransport,
  { folder, count }: { readonly folder: string; readonly count: number },
): Promise<FarServers> {
  const ids = Array.from({ length: count }, (_, at) => `b${at + 1}`)
  const [loader, ...servers] = await Promise.all([
    startLoader(laid.client, { name: 'loader' }),
    ...ids.map((id, at) =>
      startBackend(laid.server, folder, { id, listen: laid.listen(at), changeable: true }),
    ),
  ])
  const addresses = await Promise.all(servers.map(({ address }) => laid.target(address)))
  const port = await freePort()
  const endpoints = Object.fromEntries(addresses.map((address, at) => [ids[at] ?? '', { address }]))
  const listeners = { main: { address: '127.0.0.1', port, l7: { routes: FLEET } } }
  const patch = {
    upstreams: { [FLEET]: null },
    routes: { [FLEET]: null },
    fleets: { [FLEET]: null },
  }
  // Another run may have left its own behind.
  await plane.rest.patchConfig(patch, { wait: false })
  await plane.rest.patchConfig(
    {
      upstreams: { [FLEET]: { endpoints } },
      routes: { [FLEET]: { hosts: ['*'], rules: { all: { match: {}, to: { [FLEET]: 1 } } } } },
      fleets: { [FLEET]: { kind: 'envoy', lb: { mode: 'l7', policy: 'round_robin' }, listeners } },
    },
    { wait: false },
  )
  const envoy = await runSidecar(laid.client, { fleet: FLEET, xds: plane.xds, folder: plane.folder })
  return {
    ...{ loader, servers, envoy },
    direct: `ipv4:${addresses.join(',')}`,
    byEnvoy: `127.0.0.1:${port}`,
    setRule: async (fields) => {
      await plane.rest.patchConfig({ routes: { [FLEET]: { rules: { all: fields } } } })
    },
    attempts: () => settled(servers),
  }
}

/** A hedge that lost may still be on its way when its call has ended. Resolves when no more attempts come. */
async function settled(servers: readonly RunningBackend[]): Promise<number> {
  const read = async () => {
    const calls = await Promise.all(servers.map((one) => one.calls()))
    return calls.reduce((sum, one) => sum + one, 0)
  }
  for (let before = await read(); ; ) {
    await wait(SETTLE_MS)
    const now = await read()
    if (now === before) return now
    before = now
  }
}

/** An open loop: calls are due whether or not others have ended, as those of many users are. */
export function openLoad(target: string, callsPerSecond: number, serviceConfig?: object): LoadPlan {
  return {
    ...{ target, connections: 1, warmUpSeconds: 0 },
    loop: { kind: 'open', callsPerSecond },
    calls: { kind: 'unary', payloadBytes: PAYLOAD_BYTES, responseBytes: PAYLOAD_BYTES },
    ...(serviceConfig && { serviceConfig }),
  }
}
