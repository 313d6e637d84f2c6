// Finds the control plane for a verb.

import { RestClient } from '../api/client.ts'
import { SwitchyardError } from '../core/errors.ts'
import { type RunningTestbed, readStateFile, stateFolder } from '../testbed/state-file.ts'
import { readToken } from '../testbed/token-file.ts'

/**
 * A client of the control plane at `--admin URL`, else `YARD_ADMIN`, else the one of `yard up`. The token is that of
 * `YARD_TOKEN`, else the operator's of `yard up`, which is sent to no other control plane.
 * @throws SwitchyardError `unreachable` without a control plane, `unauthenticated` if its tokens cannot be read
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
  const testbed = await findTestbedAt(url)
  return testbed && (await readToken(testbed.tokens, 'operator'))
}

/** The testbed of `yard up` whose control plane has this URL. */
export async function findTestbedAt(url: string): Promise<RunningTestbed | undefined> {
  const testbed = await readStateFile(stateFolder())
  return testbed?.admin !== undefined && new RestClient({ url }).url === testbed.admin ? testbed : undefined
}

/** @throws SwitchyardError `unreachable` if no testbed is running */
export async function findTestbed(): Promise<RunningTestbed> {
  const testbed = await readStateFile(stateFolder())
  if (testbed?.admin) return testbed
  throw new SwitchyardError(
    'unreachable',
    'no control plane is running here: start one with "yard up", or name one with --admin URL or YARD_ADMIN',
  )
}
