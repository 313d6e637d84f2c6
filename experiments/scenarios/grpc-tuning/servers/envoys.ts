// Real Envoys in front of a server, configured by a control plane over REST as any other fleet: one for each number of workers.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../../../core/errors.ts'
import { freePort } from '../../../../processes/free-port.ts'
import { generateDocument } from '../../../../testbed/document.ts'
import { startTestbed, type TestbedNode } from '../../../../testbed/testbed.ts'
import type { SharedContext } from '../../../harness/scenario.ts'

const fleetOf = (workers: number) => `workers-${workers}`

/**
 * Starts Envoys at L7 whose only backend listens on `address` (`HOST:PORT`). Call it as a shared part: they end with the scenario.
 * @returns the Envoy with a number of workers @throws SwitchyardError `process-failed` if a part does not start
 */
export async function startEnvoys(
  { group, folder }: SharedContext,
  address: string,
  workers: readonly number[],
): Promise<(workers: number) => TestbedNode> {
  const fleets = workers.map(fleetOf)
  const document = generateDocument(fleets, [{ id: 'server', address }], await freePort())
  const atL7 = Object.entries(document.fleets).map(([name, fleet]) => [
    name,
    { ...fleet, lb: { ...fleet.lb, mode: 'l7' } },
  ])
  const configFile = join(folder, 'document.yaml')
  await writeFile(configFile, stringify({ ...document, fleets: Object.fromEntries(atL7) }))
  const testbed = await startTestbed(group, {
    ...{ folder, configFile, backends: 0 },
    fleets: new Map(fleets.map((name) => [name, 1])),
    workers: new Map(workers.map((count) => [fleetOf(count), count])),
  })
  return (count) => {
    const [node] = testbed.fleets.get(fleetOf(count)) ?? []
    if (node === undefined)
      throw new SwitchyardError('internal', `no Envoy with ${count} workers was started`)
    return node
  }
}
