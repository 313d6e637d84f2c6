// Starts an Envoy on each side of a laid transport, and a switch over REST for the way that calls take.

import { SwitchyardError } from '../../core/errors.ts'
import { splitAddress } from '../../core/host-and-port.ts'
import { freePort } from '../../processes/free-port.ts'
import type { LaidTransport } from '../transports/transport.ts'
import { type RunningSidecar, runSidecar } from './run-sidecar.ts'
import {
  type InboundWay,
  inboundFleet,
  inboundPatch,
  type OutboundWay,
  outboundFleet,
  outboundPatch,
  wayPatch,
} from './sidecar-document.ts'
import type { SidecarPlane } from './start-plane.ts'

export interface SidecarTargets {
  /** What the client calls without a sidecar of its own. */
  readonly direct: string
  /** The Envoy beside the client. */
  readonly outbound: string
  /** The Envoy beside the server, in plaintext; undefined where the transport is a Unix socket, on which no listener of a document is. */
  readonly inbound?: string
}

export interface RunningSidecars {
  readonly targets: SidecarTargets
  readonly client: RunningSidecar
  readonly server?: RunningSidecar
  /** Switches where the Envoy beside the client sends calls. Resolves when it does. */
  readonly sendOut: (way: OutboundWay) => Promise<void>
  /** Switches how the Envoy beside the server reaches it. Resolves when it does. */
  readonly takeIn: (way: InboundWay) => Promise<void>
}

export interface SidecarsOptions {
  /** The name of the transport, which those of its fleets begin with. */
  readonly id: string
  /** Where the server listens: on its side of the transport, and on a Unix socket. */
  readonly server: { readonly address: string; readonly socket?: string }
}

/** @throws SwitchyardError `process-failed` if an Envoy does not start, `nacked` with its text if it rejects its configuration */
export async function startSidecars(
  { rest, xds, folder }: SidecarPlane,
  laid: LaidTransport,
  { id, server }: SidecarsOptions,
): Promise<RunningSidecars> {
  const direct = await laid.target(server.address)
  const port = await freePort()
  const inbound = server.address.startsWith('unix:') ? undefined : await inboundPlaces(laid, server)
  const outTo = { direct, ...inbound?.targets }
  const [outName, inName] = [outboundFleet(id), inboundFleet(id)]
  // Fleets without nodes: the Envoys get it when they start.
  await rest.patchConfig(outboundPatch(id, { port, to: outTo }), { wait: false })
  if (inbound) await rest.patchConfig(inboundPatch(id, inbound), { wait: false })
  const [client, behind] = await Promise.all([
    runSidecar(laid.client, { fleet: outName, xds, folder }),
    inbound && runSidecar(laid.server, { fleet: inName, xds, folder }),
  ])
  const turn = async (fleet: string, ways: readonly string[], way: string) => {
    if (!ways.includes(way)) {
      throw new SwitchyardError(
        'invalid-argument',
        `${fleet} has no way ${way}; use one of ${ways.join(', ')}`,
      )
    }
    await rest.patchConfig(wayPatch(fleet, ways, way))
  }
  return {
    targets: { direct, outbound: `127.0.0.1:${port}`, ...(inbound && { inbound: inbound.targets.plain }) },
    client,
    ...(behind && { server: behind }),
    sendOut: (way) => turn(outName, Object.keys(outTo), way),
    takeIn: (way) => turn(inName, Object.keys(inbound?.to ?? {}), way),
  }
}

async function inboundPlaces(laid: LaidTransport, { address, socket }: SidecarsOptions['server']) {
  const { host } = splitAddress(address) ?? {}
  if (host === undefined)
    throw new SwitchyardError(
      'invalid-argument',
      `"${address}" is not the address of a server: write HOST:PORT`,
    )
  const ports = { plain: await freePort(), mtls: await freePort() }
  const [plain, mtls] = await Promise.all([
    laid.target(`${host}:${ports.plain}`),
    laid.target(`${host}:${ports.mtls}`),
  ])
  const to = { tcp: address, ...(socket !== undefined && { unix: socket }) }
  return { host, ports, to, targets: { plain, mtls } }
}
