// Real Envoys in front of a server, configured by a control plane over REST as any other fleet.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../../../core/errors.ts'
import type { SharedContext } from '../../../../harness/scenario.ts'
import { freePort } from '../../../../processes/free-port.ts'
import { generateDocument } from '../../../../testbed/document.ts'
import { startTestbed, type TestbedNode } from '../../../../testbed/testbed.ts'

export interface EnvoySetting {
  /** Worker threads. */
  readonly workers: number
  /** Whether each worker has a socket of its own. Without it, all accept from one. */
  readonly reusePort?: boolean
}

/**
 * Starts Envoys at L7 whose only backend listens on `address` (`HOST:PORT`). Call it as a shared part: they end with the scenario.
 * @param settings of each Envoy, by its name @returns the Envoys by name
 * @throws SwitchyardError `process-failed` if a part does not start
 */
export async function startEnvoys<N extends string>(
  { group, folder }: SharedContext,
  address: string,
  settings: Readonly<Record<N, EnvoySetting>>,
): Promise<(name: N) => TestbedNode> {
  const entries = Object.entries<EnvoySetting>(settings)
  const names = entries.map(([name]) => name)
  const document = generateDocument(names, [{ id: 'server', address }], await freePort())
  const fleets = entries.map(([name, { reusePort }]) => {
    const fleet = document.fleets[name]
    const { main } = fleet?.listeners ?? {}
    return [
      name,
      {
        ...fleet,
        lb: { ...fleet?.lb, mode: 'l7' },
        listeners: { main: { ...main, ...(reusePort && { reusePort }) } },
      },
    ]
  })
  const configFile = join(folder, 'document.yaml')
  await writeFile(configFile, stringify({ ...document, fleets: Object.fromEntries(fleets) }))
  const testbed = await startTestbed(group, {
    ...{ folder, configFile, backends: 0 },
    fleets: new Map(names.map((name) => [name, 1])),
    workers: new Map(entries.map(([name, { workers }]) => [name, workers])),
  })
  return (name) => {
    const [node] = testbed.fleets.get(name) ?? []
    if (node === undefined) throw new SwitchyardError('internal', `no Envoy ${name} was started`)
    return node
  }
}
