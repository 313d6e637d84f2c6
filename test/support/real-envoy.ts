// Real parts for tests: an Envoy that is fed by our server, echo backends, and a steady load through them.

import { createBootstrap, type XdsProtocol } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import type { EnvoyLimits } from '../../envoy-bootstrap/overload.ts'
import { type RunningEnvoy, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { startBackend } from '../../services/backend-server.ts'
import { type BackgroundLoad, startBackgroundLoad } from '../../testbed/load/background-load.ts'
import type { SnapshotCache, XdsEvent } from '../../xds-server/index.ts'
import type { NodeStatus } from '../../xds-server/nodes/status.ts'

export interface Teardowns {
  readonly teardown: (end: () => unknown) => unknown
  readonly testdir: () => string
}

/** An Envoy of the fleet "fleet" with the id "edge-1". */
export async function startEnvoy(
  t: Teardowns,
  xdsAddress: string,
  protocol: XdsProtocol,
  { folder = t.testdir(), limits }: { readonly folder?: string; readonly limits?: EnvoyLimits } = {},
): Promise<RunningEnvoy> {
  const bootstrap = createBootstrap({
    nodeId: 'edge-1',
    cluster: 'fleet',
    listenerAddress: '127.0.0.1',
    xds: { address: xdsAddress },
    protocol,
    ...(limits && { limits }),
  })
  const { path } = findEnvoy()
  const envoy = await runEnvoy({ binary: path, bootstrap, folder, drainTimeSeconds: 2 })
  t.teardown(() => envoy.stop())
  return envoy
}

/** The ports of echo backends with the given ids. */
export async function startBackends(t: Teardowns, ...ids: string[]): Promise<number[]> {
  const backends = await Promise.all(
    ids.map((id) => startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })),
  )
  t.teardown(() => Promise.all(backends.map((backend) => backend.close())))
  return backends.map(({ address }) => Number(address.split(':').at(-1)))
}

/** Resolves once a node of the fleet has all that it is served; at once where that is so already. */
export async function untilSynced(cache: SnapshotCache): Promise<readonly NodeStatus[]> {
  for (;;) {
    const report = await cache.synced('fleet')
    if (report.outcome === 'synced') return report.nodes
    if (report.outcome === 'nacked') throw new Error(JSON.stringify(report.nodes))
    await nextEvent(cache, ({ kind }) => kind === 'opened')
  }
}

/**
 * Resolves once the Envoy serves by what it has ACKed. An ACK alone is not enough: the replacement of a cluster warms until
 * each endpoint has had its first health check, the one of a listener until its secrets and keys are there, and meanwhile
 * calls go by the old one. Once nothing warms, calls that begin afterwards go by the new one; connections that are open may
 * still end or drain, which a test must await for itself.
 */
export async function untilInEffect(cache: SnapshotCache, { admin }: RunningEnvoy): Promise<void> {
  await untilSynced(cache)
  await admin.waitUntilLive()
  for (;;) {
    const held = [...(await admin.dynamicClusters()), ...(await admin.dynamicListeners())]
    if (held.every(({ state }) => state !== 'warming')) return
  }
}

/** Resolves with the first event that fits. */
export function nextEvent(cache: SnapshotCache, fits: (event: XdsEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = cache.onEvent((event) => {
      if (!fits(event)) return
      stop()
      resolve()
    })
  })
}

/** Calls that go on through an Envoy until the test ends. */
export function startLoad(t: Teardowns, address: string): BackgroundLoad {
  const load = startBackgroundLoad(address)
  t.teardown(load.stop)
  return load
}
