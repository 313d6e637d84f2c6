// Finds the control plane that a verb is to speak to.

import { RestClient } from '../api/client.ts'
import { SwitchyardError } from '../core/errors.ts'
import { readStateFile, stateFolder, type TestbedDescription } from '../testbed/state-file.ts'
import { readToken } from '../testbed/token-file.ts'

/**
 * `--admin URL`, or else `YARD_ADMIN`, or else the one that `yard up` wrote down; with the token in `YARD_TOKEN`, or else
 * the operator's of `yard up`, which is sent to no other control plane.
 * @throws SwitchyardError `unreachable` where there is none, `unauthenticated` where its tokens cannot be read
 */
export async function findControlPlane(admin: string | undefined): Promise<RestClient> {
  const named = admin || process.env.YARD_ADMIN
  const token = process.env.YARD_TOKEN
  if (named) return clientOf(named, token || (await tokenOfTestbedAt(named)))
  const testbed = await findTestbed()
  return clientOf(testbed.admin, token || (await readToken(testbed.tokens, 'operator')))
}

function clientOf(url: string, token: string | undefined): RestClient {
  return new RestClient({ url, ...(token && { token }) })
}

async function tokenOfTestbedAt(url: string): Promise<string | undefined> {
  const testbed = await readStateFile(stateFolder())
  const isTheSame = testbed?.admin !== undefined && new RestClient({ url }).url === testbed.admin
  return isTheSame ? await readToken(testbed.tokens, 'operator') : undefined
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
