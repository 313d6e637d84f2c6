// A real Envoy in front of a server of the scenario, configured by a control plane over REST as any other fleet.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../../core/errors.ts'
import type { SharedContext } from '../../../harness/scenario.ts'
import { freePort } from '../../../processes/free-port.ts'
import { generateDocument } from '../../../testbed/document.ts'
import { startTestbed, type TestbedNode } from '../../../testbed/testbed.ts'

const FLEET = 'edge'

/**
 * Starts an Envoy at L7 whose only backend listens on `address` (`HOST:PORT`). Call it as a shared part: it ends with the scenario.
 * @param name of its folder, unique in the scenario
 * @throws SwitchyardError `process-failed` if a part does not start
 */
export async function startEnvoyBefore(
  { group, folder }: SharedContext,
  name: string,
  address: string,
): Promise<TestbedNode> {
  const own = join(folder, name)
  await mkdir(own, { recursive: true })
  const document = generateDocument([FLEET], [{ id: 'scenario', address }], await freePort())
  const [fleet] = Object.values(document.fleets)
  const configFile = join(own, 'document.yaml')
  const atL7 = { ...document, fleets: { [FLEET]: { ...fleet, lb: { ...fleet?.lb, mode: 'l7' } } } }
  await writeFile(configFile, stringify(atL7))
  const testbed = await startTestbed(group, {
    ...{ folder: own, configFile, fleets: new Map([[FLEET, 1]]), backends: 0 },
  })
  const [node] = testbed.fleets.get(FLEET) ?? []
  if (node === undefined) throw new SwitchyardError('internal', 'the fleet has no Envoy')
  return node
}
