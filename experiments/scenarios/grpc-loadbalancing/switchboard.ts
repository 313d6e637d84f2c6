// The control plane of the ways that have one, with its Envoys: every run turns its switches over REST.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { LbRequest } from '../../../api/schemas/lb.ts'
import type { MeasuredProcess } from '../../../harness/measure-load.ts'
import type { RunContext, SharedContext } from '../../../harness/scenario.ts'
import { freePort } from '../../../processes/free-port.ts'
import { startTestbed, type Testbed, type TestbedNode } from '../../../testbed/testbed.ts'
import { untilActive } from '../../../testbed/until-active.ts'
import type { Routed } from './ways/way.ts'

/** The Envoys of each fleet, and the worker threads of each of them. */
export const ENVOY_FLEETS = {
  l4: { envoys: 1, workers: 1 },
  edge: { envoys: 1, workers: 1 },
  workers: { envoys: 1, workers: 2 },
  fleet: { envoys: 3, workers: 1 },
} as const
export type EnvoyFleetName = keyof typeof ENVOY_FLEETS

/** Fleets of gRPC clients: one for each language, because not every policy is for every language. */
export const CLIENT_FLEETS = ['node', 'python', 'go'] as const
export type ClientFleetName = (typeof CLIENT_FLEETS)[number]

export const UPSTREAM = 'echo'

export class Switchboard {
  readonly testbed: Testbed

  constructor(testbed: Testbed) {
    this.testbed = testbed
  }

  nodesOf(fleet: EnvoyFleetName): readonly TestbedNode[] {
    return this.testbed.fleets.get(fleet) ?? []
  }

  /** The Envoys of a fleet as processes to measure. */
  processesOf(fleet: EnvoyFleetName): readonly MeasuredProcess[] {
    return this.nodesOf(fleet).map(({ envoy }) => ({ role: 'proxy', name: envoy.nodeId, pid: envoy.pid }))
  }

  /** Makes these backends the endpoints of all fleets, and no others. */
  async setBackends(backends: readonly Routed[]): Promise<void> {
    const { config } = await this.testbed.rest.getConfig()
    const { endpoints } = (config as Document).upstreams[UPSTREAM]
    // In a merge patch, null removes.
    const gone = Object.keys(endpoints ?? {}).map((id) => [id, null])
    const wanted = backends.map(({ id, address, isDraining }) => [
      id,
      { address, state: isDraining ? 'draining' : 'active' },
    ])
    await this.patch({
      upstreams: { [UPSTREAM]: { endpoints: Object.fromEntries([...gone, ...wanted]) } },
    })
  }

  /** Switches how a fleet balances, and waits until its Envoys use it. */
  async setLb(fleet: EnvoyFleetName | ClientFleetName, lb: LbRequest): Promise<void> {
    await this.testbed.rest.putLb(fleet, lb)
    await untilActive(this.testbed)
  }

  /** Changes the document by a JSON merge patch, and waits until the Envoys use it. */
  async patch(patch: object): Promise<void> {
    await this.testbed.rest.patchConfig(patch)
    await untilActive(this.testbed)
  }
}

interface Document {
  readonly upstreams: Readonly<
    Record<typeof UPSTREAM, { readonly endpoints?: Readonly<Record<string, unknown>> }>
  >
}

/** Starts it with the first run that asks. */
export function takeSwitchboard(context: RunContext): Promise<Switchboard> {
  return context.shared('switchboard', startSwitchboard)
}

async function startSwitchboard({ group, folder }: SharedContext): Promise<Switchboard> {
  const configFile = join(folder, 'switchboard.yaml')
  await writeFile(configFile, stringify(await documentOf()))
  const fleets = Object.entries(ENVOY_FLEETS)
  const testbed = await startTestbed(group, {
    folder: join(folder, 'switchboard'),
    configFile,
    fleets: new Map(fleets.map(([name, { envoys }]) => [name, envoys])),
    workers: new Map(fleets.map(([name, { workers }]) => [name, workers])),
    backends: 0,
  })
  return new Switchboard(testbed)
}

async function documentOf() {
  const routes = { l7: { routes: 'public' } }
  const envoys = async (name: string) => ({
    kind: 'envoy',
    // A flip between l4 and l7 keeps old connections for the drain time, so each mode has its own Envoy.
    lb: { mode: name === 'l4' ? 'l4' : 'l7', policy: 'round_robin' },
    // As by Envoy's default, each worker has a socket of its own, and the kernel spreads connections over them.
    listeners: { main: { port: await freePort(), reusePort: true, l4: { upstream: UPSTREAM }, ...routes } },
  })
  const clients = (language: string) => ({
    kind: 'proxyless',
    clients: [language],
    lb: { policy: 'round_robin' },
    listeners: { [UPSTREAM]: routes },
  })
  const fleets = [
    ...(await Promise.all(
      Object.keys(ENVOY_FLEETS).map(async (name) => [name, await envoys(name)] as const),
    )),
    ...CLIENT_FLEETS.map((language) => [language, clients(language)] as const),
  ]
  return {
    version: 1,
    upstreams: { [UPSTREAM]: { endpoints: {} } },
    routes: { public: { hosts: ['*'], rules: { all: { match: {}, to: { [UPSTREAM]: 1 } } } } },
    fleets: Object.fromEntries(fleets),
  }
}
