// xDS servers without a document, whose resources may have any names: those of a control plane for one authority.

import { freePort } from '../../processes/free-port.ts'
import {
  CLUSTER,
  type ResourceInput,
  SnapshotCache,
  startXdsServer,
  type XdsServer,
} from '../../xds-server/index.ts'
import { FLEET } from './document.ts'
import type { World } from './world.ts'

export interface ResourceServer {
  /** As clients dial it, also while it is away. */
  readonly address: string
  readonly cache: SnapshotCache
  /** Serves them, and starts the server if it is away. */
  readonly serve: (resources: readonly ResourceInput[]) => Promise<void>
  /** Ends the server and its streams at once. */
  readonly goAway: () => Promise<void>
}

/** A server that is away until it serves something. @param clustersOfOthers what clients have from other servers */
export async function openResourceServer(
  world: World,
  clustersOfOthers: readonly string[] = [],
): Promise<ResourceServer> {
  // Not port 0: while nobody listens there, the kernel could give the port to somebody else.
  const address = `127.0.0.1:${await freePort()}`
  const cache = new SnapshotCache({ consistency: 'enforce', external: { [CLUSTER]: clustersOfOthers } })
  let running: XdsServer | undefined
  const goAway = async () => {
    await running?.close({ graceMs: 0 })
    running = undefined
  }
  world.teardown(goAway)
  return {
    address,
    cache,
    goAway,
    async serve(resources) {
      cache.setSnapshot(FLEET, resources)
      running ??= await startXdsServer({ cache, address })
    },
  }
}
