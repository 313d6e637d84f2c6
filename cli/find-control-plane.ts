// Finds the control plane for a verb.

import { RestClient } from '../api/client.ts'
import type { ProblemDocument } from '../api/schemas/problem.ts'
import { SwitchyardError } from '../core/errors.ts'
import { type RunningTestbed, readStateFile, stateFolder } from '../testbed/state-file.ts'
import { readToken } from '../testbed/token-file.ts'
import { trustAdminCa } from './trusted-ca.ts'

const UNAUTHORIZED = 401

/**
 * A client of the control plane at `--admin`, else `YARD_ADMIN`, else the one of `yard up`. The token is that of
 * `YARD_TOKEN`, else the one of `yard up` with the name, which is sent to no other control plane. Over TLS, its CA is that of
 * `trustAdminCa`.
 * @throws SwitchyardError `unreachable` without a control plane, `unauthenticated` if its tokens cannot be read,
 * `invalid-argument` for an address that is not one
 */
export async function findControlPlane(
  admin: string | undefined,
  name: 'operator' | 'admin' = 'operator',
): Promise<RestClient> {
  await trustAdminCa()
  if (admin) return await namedControlPlane(readAdminUrl(admin, '--admin'), name)
  if (process.env.YARD_ADMIN)
    return await namedControlPlane(readAdminUrl(process.env.YARD_ADMIN, 'YARD_ADMIN'), name)
  const testbed = await readStateFile(stateFolder())
  if (!testbed?.admin) {
    throw new SwitchyardError(
      'unreachable',
      'no control plane is running here: start one with "yard up", or name one with --admin HOST:PORT or YARD_ADMIN',
    )
  }
  return clientOf(testbed.admin, process.env.YARD_TOKEN || (await readToken(testbed.tokens, name)))
}

async function namedControlPlane(url: string, name: string): Promise<RestClient> {
  if (process.env.YARD_TOKEN) return clientOf(url, process.env.YARD_TOKEN)
  const testbed = await readStateFile(stateFolder())
  if (testbed?.admin === url) return clientOf(url, await readToken(testbed.tokens, name))
  const others =
    testbed?.admin === undefined ? '' : `, and the token of the testbed is for ${testbed.admin} only`
  return clientOf(url, undefined, `no token was sent, because YARD_TOKEN is not set${others}`)
}

/** The URL in `http://HOST:PORT` or `HOST:PORT`, without a slash at its end. */
function readAdminUrl(text: string, source: string): string {
  const url = text.includes('://') ? text : `http://${text}`
  if (/^https?:/.test(url) && URL.canParse(url)) return url.replace(/\/+$/, '')
  throw new SwitchyardError(
    'invalid-argument',
    `${source}: "${text}" is not an address of REST: write HOST:PORT or http://HOST:PORT, such as 127.0.0.1:9000`,
  )
}

function clientOf(url: string, token: string | undefined, whyNoToken?: string): RestClient {
  if (whyNoToken === undefined) return new RestClient({ url, ...(token && { token }) })
  return new RestClient({
    url,
    fetch: async (...request) => explainNoToken(await fetch(...request), whyNoToken),
  })
}

/** Adds to the problem document of a 401 why the request had no token. */
async function explainNoToken(response: Response, why: string): Promise<Response> {
  if (response.status !== UNAUTHORIZED) return response
  const problem = (await response.json()) as ProblemDocument
  return Response.json({ ...problem, detail: `${problem.detail}; ${why}` }, { status: UNAUTHORIZED })
}

/** The testbed of `yard up` whose control plane has this URL. */
export async function findTestbedAt(url: string): Promise<RunningTestbed | undefined> {
  const testbed = await readStateFile(stateFolder())
  return testbed?.admin === url ? testbed : undefined
}

/**
 * For the verbs that need the testbed itself: no control plane at another address is of use to them.
 * @param remedy what to do without one
 * @throws SwitchyardError `unreachable` if no testbed is running
 */
export async function findTestbed(remedy: string): Promise<RunningTestbed> {
  const testbed = await readStateFile(stateFolder())
  if (testbed?.admin) return testbed
  throw new SwitchyardError('unreachable', `no testbed is running here: ${remedy}`)
}
