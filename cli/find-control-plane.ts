// Finds the control plane that a verb is to speak to.

import { SwitchyardError } from '../control-plane/errors.ts'
import { RestClient } from './rest-client.ts'
import { readStateFile, stateFolder, type TestbedDescription } from './testbed/state-file.ts'

/**
 * `--admin URL`, or else `YARD_ADMIN`, or else the one that `yard up` wrote down.
 * @throws SwitchyardError `unreachable` where there is none
 */
export async function findControlPlane(admin: string | undefined): Promise<RestClient> {
  const named = admin ?? process.env.YARD_ADMIN
  return new RestClient(named || (await findTestbed()).admin)
}

/** @throws SwitchyardError `unreachable` where no testbed is up */
export async function findTestbed(): Promise<TestbedDescription> {
  const testbed = await readStateFile(stateFolder())
  if (testbed?.admin) return testbed
  throw new SwitchyardError(
    'unreachable',
    'no control plane is up here: start one with "yard up", or name one by --admin URL or YARD_ADMIN',
  )
}
