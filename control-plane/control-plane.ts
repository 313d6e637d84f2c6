// The composition root: one desired state, what Envoys are served of it, and the REST switch that turns it.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Message } from '@bufbuild/protobuf'
import { startAdmin } from './admin/admin.ts'
import { DesiredState, type Publish } from './config/desired-state.ts'
import type { Config } from './config/model.ts'
import { openRefusalLog, SnapshotCache, startXdsServer } from './index.ts'
import { translateFleet } from './translate/translate.ts'

export interface ControlPlaneOptions {
  readonly config: Config
  /** Where REST is served, `HOST:PORT`; port 0 takes a free one. */
  readonly admin: string
  /** Where xDS is served, `HOST:PORT` or `unix:/PATH`. */
  readonly xds: string
  /** Keeps what has to outlive the process; made where it is missing. Default: memory only. */
  readonly stateFolder?: string
}

export interface ControlPlane {
  readonly adminUrl: string
  /** As clients dial it, with the port that was taken. */
  readonly xdsAddress: string
  /** Answers whoever waits, ends all streams, and gives the ports back. */
  close(): Promise<void>
}

/**
 * Starts all of it; a fleet is the Envoys whose `node.cluster` bears its name.
 * @throws SwitchyardError `address-in-use` or `invalid-argument` about an address, with nothing left running
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { config, stateFolder } = options
  const cache = new SnapshotCache({
    consistency: 'enforce',
    ...(stateFolder === undefined ? {} : { refusals: await openRefusals(stateFolder) }),
  })
  const state = new DesiredState(config, publishTo(cache))
  const xds = await startXdsServer({ cache, address: options.xds })
  try {
    const admin = await startAdmin({ state, acks: cache, address: options.admin })
    return {
      adminUrl: admin.url,
      xdsAddress: xds.address,
      close: async () => {
        await admin.close()
        await xds.close()
      },
    }
  } catch (error) {
    await xds.close()
    throw error
  }
}

async function openRefusals(stateFolder: string) {
  await mkdir(stateFolder, { recursive: true })
  return openRefusalLog(join(stateFolder, 'refusals.jsonl'))
}

/** All fleets or none: where the cache refuses one, those before it get back what they had. */
export function publishTo(cache: Pick<SnapshotCache, 'setSnapshot'>): Publish {
  let published = new Map<string, readonly Message[]>()
  return (config) => {
    const next = new Map(Object.keys(config.fleets).map((fleet) => [fleet, translateFleet(config, fleet)]))
    try {
      for (const [fleet, resources] of next) cache.setSnapshot(fleet, resources)
    } catch (error) {
      for (const [fleet, resources] of published) cache.setSnapshot(fleet, resources)
      throw error
    }
    published = next
  }
}
