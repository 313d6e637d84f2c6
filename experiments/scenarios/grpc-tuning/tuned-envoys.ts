// Real Envoys in front of servers of the scenario, each with settings of its own, configured by a control plane over REST.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../../core/errors.ts'
import type { SharedContext } from '../../../harness/scenario.ts'
import { freePort } from '../../../processes/free-port.ts'
import { startTestbed } from '../../../testbed/testbed.ts'

export interface EnvoySettings {
  /** Where its only backend listens, `HOST:PORT`. */
  readonly backend: string
  /** Parts of the document such as `{ http2: { maxConcurrentStreams: 10 } }`. */
  readonly fleet?: object
  readonly upstream?: object
}

export interface TunedEnvoy {
  /** What clients call, `HOST:PORT`. */
  readonly target: string
  readonly pid: number
}

/**
 * Starts an Envoy at L7 for each of the settings, all with one control plane. Call it as a shared part.
 * @param name of their folder, unique in the scenario
 * @throws SwitchyardError `process-failed` if a part does not start
 */
export async function startTunedEnvoys<N extends string>(
  { group, folder }: SharedContext,
  name: string,
  settings: Readonly<Record<N, EnvoySettings>>,
): Promise<Readonly<Record<N, TunedEnvoy>>> {
  const own = join(folder, name)
  await mkdir(own, { recursive: true })
  const names = Object.keys(settings) as N[]
  const parts = await Promise.all(names.map((one) => partsOf(one, settings[one])))
  const all = <P extends keyof (typeof parts)[number]>(part: P) =>
    Object.fromEntries(names.map((one, at) => [one, parts[at]?.[part]]))
  const document = {
    ...{ version: 1, upstreams: all('upstream'), routes: all('routes'), fleets: all('fleet') },
  }
  const configFile = join(own, 'document.yaml')
  await writeFile(configFile, stringify(document))
  const { fleets } = await startTestbed(group, {
    ...{ folder: own, configFile, fleets: new Map(names.map((one) => [one, 1])), backends: 0 },
  })
  const started = names.map((one) => {
    const [node] = fleets.get(one) ?? []
    if (node === undefined) throw new SwitchyardError('internal', `the fleet ${one} has no Envoy`)
    return [one, { target: node.target, pid: node.envoy.pid }] as const
  })
  return Object.fromEntries(started) as Record<N, TunedEnvoy>
}

async function partsOf(name: string, { backend, fleet = {}, upstream = {} }: EnvoySettings) {
  const listener = { port: await freePort(), l4: { upstream: name }, l7: { routes: name } }
  return {
    upstream: { endpoints: { server: { address: backend } }, ...upstream },
    routes: { hosts: ['*'], rules: { all: { match: {}, to: { [name]: 100 } } } },
    fleet: {
      kind: 'envoy',
      lb: { mode: 'l7', policy: 'round_robin' },
      ...{ listeners: { main: listener }, ...fleet },
    },
  }
}
