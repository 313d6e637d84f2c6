// Real parts for tests: an Envoy of our xDS server, echo backends, and a steady load through them.

import type { Bootstrap } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import { createBootstrap, type XdsProtocol } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import type { NodeLocality } from '../../envoy-bootstrap/locality.ts'
import type { EnvoyLimits } from '../../envoy-bootstrap/overload.ts'
import { type RunningEnvoy, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import type { XdsTlsFiles } from '../../envoy-bootstrap/xds-tls.ts'
import { type BackgroundLoad, startBackgroundLoad } from '../../testbed/load/background-load.ts'
import type { SnapshotCache, SyncState, XdsEvent } from '../../xds-server/index.ts'
import type { NodeStatus } from '../../xds-server/nodes/status.ts'
import { testFolder } from './test-folder.ts'
import { until } from './until.ts'

export interface Teardowns {
  readonly teardown: (end: () => unknown) => unknown
  readonly testdir: () => string
}

interface EnvoyOptions {
  readonly folder?: string
  readonly limits?: EnvoyLimits
  readonly nodeId?: string
  readonly cluster?: string
  readonly listenerAddress?: string
  readonly tls?: XdsTlsFiles
  readonly statsIntervalMs?: number
  /** Default: 2. */
  readonly drainTimeSeconds?: number
  readonly locality?: NodeLocality
  /** What it says of itself, beside what the bootstrap says. Default: nothing. */
  readonly clientFeatures?: readonly string[]
  /** Adds to the bootstrap what `createBootstrap` has no option for. */
  readonly edit?: (bootstrap: Bootstrap) => void
}

/** An Envoy, by default of the fleet "fleet" with the id "edge-1". */
export async function startEnvoy(
  t: Teardowns,
  xdsAddress: string,
  protocol: XdsProtocol,
  options: EnvoyOptions = {},
): Promise<RunningEnvoy> {
  const {
    folder = testFolder(t),
    limits,
    nodeId = 'edge-1',
    cluster = 'fleet',
    tls,
    statsIntervalMs,
  } = options
  const { drainTimeSeconds = 2 } = options
  const bootstrap = createBootstrap({
    nodeId,
    cluster,
    listenerAddress: options.listenerAddress ?? '127.0.0.1',
    xds: { address: xdsAddress, ...(tls && { tls }) },
    protocol,
    ...(limits && { limits }),
    ...(statsIntervalMs !== undefined && { statsIntervalMs }),
    ...(options.locality && { locality: options.locality }),
  })
  bootstrap.node?.clientFeatures.push(...(options.clientFeatures ?? []))
  options.edit?.(bootstrap)
  const { path } = findEnvoy()
  const envoy = await runEnvoy({ binary: path, bootstrap, folder, drainTimeSeconds })
  t.teardown(() => envoy.stop())
  return envoy
}

/** Resolves when the only node of the fleet has this state, at once if it already has. */
export async function untilState(cache: SnapshotCache, state: SyncState): Promise<NodeStatus> {
  for (;;) {
    const [node] = cache.status('fleet')
    if (node?.state === state) return node
    await nextEvent(cache, () => true)
  }
}

/** Resolves when the nodes of the fleet are in sync, at once if they already are. */
export async function untilSynced(cache: SnapshotCache): Promise<readonly NodeStatus[]> {
  for (;;) {
    const report = await cache.synced('fleet')
    if (report.outcome === 'synced') return report.nodes
    if (report.outcome === 'nacked') throw new Error(JSON.stringify(report.nodes))
    await nextEvent(cache, ({ kind }) => kind === 'opened')
  }
}

/**
 * Resolves when the ACKed configuration is in effect. An ACK is not enough: a replaced cluster warms until
 * each endpoint has had its first health check, and a replaced listener until it has its secrets and keys. Until then
 * calls use the old one. When nothing is warming, new calls use the new one. Open connections may
 * still close or drain; a test must wait for that itself.
 */
export async function untilInEffect(cache: SnapshotCache, { admin }: RunningEnvoy): Promise<void> {
  await untilSynced(cache)
  await admin.waitUntilLive()
  await until(async () => {
    const held = [...(await admin.dynamicClusters()), ...(await admin.dynamicListeners())]
    return held.every(({ state }) => state !== 'warming')
  })
}

/** Resolves with the next event that matches. */
export function nextEvent(cache: SnapshotCache, matches: (event: XdsEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = cache.onEvent((event) => {
      if (!matches(event)) return
      stop()
      resolve()
    })
  })
}

/** Makes calls through an Envoy until the test ends. */
export function startLoad(t: Teardowns, address: string): BackgroundLoad {
  const load = startBackgroundLoad(address)
  t.teardown(load.stop)
  return load
}
