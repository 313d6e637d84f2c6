// Starts the fleets of a testbed.

import { SwitchyardError } from '../core/errors.ts'
import { joinAddress } from '../core/host-and-port.ts'
import type { XdsProtocol } from '../envoy-bootstrap/bootstrap.ts'
import { type FleetNode, nodeIdOf, startEnvoyFleet } from '../envoy-bootstrap/envoy-fleet.ts'
import { findEnvoy } from '../envoy-bootstrap/find-envoy.js'
import { nodeAddress } from '../envoy-bootstrap/node-address.ts'
import { freePort } from '../processes/free-port.ts'
import { type Document, envoyFleetsOf, localityOf, portOf } from './document.ts'
import type { PartContext } from './parts.ts'
import type { XdsCertificates } from './xds-certificates.ts'

/** A person who turns a switch wants to see it in the traffic at once. */
export const STATS_INTERVAL_MS = 1_000

export interface TestbedNode {
  readonly envoy: FleetNode
  /** The address that clients call, with the port of its listener. */
  readonly target: string
  /** Where Prometheus reads its statistics, `HOST:PORT`; undefined if it serves none. */
  readonly metrics?: string
}

/** How many Envoys each fleet has. */
export type FleetSizes = ReadonlyMap<string, number>

export interface FleetsOptions {
  readonly xds: { readonly address: string; readonly certificates: XdsCertificates | undefined }
  readonly drainSeconds: number
  readonly protocol?: XdsProtocol
  /** Worker threads of each Envoy of a fleet. Default: 1. */
  readonly workers?: ReadonlyMap<string, number>
  /** Whether each Envoy serves its statistics to a Prometheus. */
  readonly metrics: boolean
  /** Called with each node that accepts connections. */
  readonly onStarted: (node: TestbedNode) => void
}

/** @throws SwitchyardError `invalid-argument` for a fleet that is not in the document */
export function requireKnownFleets(document: Document, sizes: FleetSizes): void {
  const known = envoyFleetsOf(document)
  const unknown = [...sizes.keys()].filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const problems = unknown.map((path) => ({
    path,
    message: `is not a fleet of Envoys in the document. Use one of: ${known.join(', ')}`,
  }))
  throw new SwitchyardError('invalid-argument', 'unknown fleets:', { problems })
}

/** Starts the Envoys of all fleets at once. Resolves when each of them accepts connections. */
export async function startFleets(
  { group, folder, parts, notices }: PartContext,
  document: Document,
  sizes: FleetSizes,
  { xds: { address, certificates }, drainSeconds, protocol, workers, metrics, onStarted }: FleetsOptions,
): Promise<ReadonlyMap<string, readonly TestbedNode[]>> {
  await certificates?.issue(
    [...sizes].flatMap(([fleet, size]) =>
      Array.from({ length: size }, (_, index) => ({ fleet, node: nodeIdOf(fleet, index) })),
    ),
  )
  // A testbed without Envoys needs none to be installed.
  if (sizes.size === 0) return new Map()
  const binary = findEnvoy().path
  let firstIndex = 0
  const fleets = await Promise.all(
    [...sizes].map(async ([name, size]) => {
      const first = firstIndex
      firstIndex += size
      const metricsAt = metrics ? await freeAddresses(first, size) : []
      const envoys = await startEnvoyFleet({
        binary,
        name,
        size,
        firstIndex: first,
        ...(metrics && { statsAddressOf: (index) => metricsAt[index] ?? '' }),
        xds: { address, ...(certificates && { tlsOf: (nodeId) => certificates.of(nodeId) }) },
        drainTimeSeconds: drainSeconds,
        concurrency: workers?.get(name) ?? 1,
        statsIntervalMs: STATS_INTERVAL_MS,
        localityOf: (index) => localityOf(document, name, index),
        folder,
        group,
        ...(protocol === undefined ? {} : { protocol }),
        onRestart: (nodeId, restart) => parts.note(titleOf(nodeId), restart),
        onNotice: (nodeId, notice) => {
          // An Envoy that is stopped warns about the signal.
          if (!group.ending.aborted) notices.add(nodeId, notice)
        },
      })
      for (const envoy of envoys) {
        parts.add({ id: envoy.nodeId, title: titleOf(envoy.nodeId) }, () => envoy.pid)
      }
      await Promise.all(envoys.map(({ admin }) => admin.waitUntilLive()))
      const port = portOf(document, name)
      const nodes = envoys.map((envoy, index) => ({
        envoy,
        target: port === undefined ? envoy.address : `${envoy.address}:${port}`,
        ...(metricsAt[index] !== undefined && { metrics: metricsAt[index] }),
      }))
      for (const node of nodes) onStarted(node)
      return [name, nodes] as const
    }),
  )
  return new Map(fleets)
}

/** Of consecutive Envoys, each with a port that is free on loopback. */
async function freeAddresses(first: number, size: number): Promise<readonly string[]> {
  return await Promise.all(
    Array.from({ length: size }, async (_, index) =>
      joinAddress(nodeAddress(first + index), await freePort()),
    ),
  )
}

function titleOf(nodeId: string): string {
  return `Envoy ${nodeId}`
}
