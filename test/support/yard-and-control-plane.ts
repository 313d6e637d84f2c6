// The command against a control plane in this process, which the tests of one file share.

import type { Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { type ControlPlaneOptions, startControlPlane } from '../../control-plane/control-plane.ts'
import type { Config } from '../../control-plane/document/model.ts'
import { readToken } from '../../testbed/token-file.ts'
import { runYard } from './yard-process.ts'

/** By default without tokens. Without nodes a write is unverified at once. */
export async function startYardAndControlPlane(
  t: Test,
  config: Config,
  options: Partial<ControlPlaneOptions> = {},
) {
  const controlPlane = await startControlPlane({
    config,
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    secretsFolder: t.testdirName,
    ...options,
  })
  t.teardown(() => controlPlane.close())
  const { adminUrl, xdsAddress, tokensFile } = controlPlane
  const token = tokensFile && (await readToken(tokensFile, 'operator'))
  return {
    adminUrl,
    xdsAddress,
    rest: new RestClient({ url: adminUrl, ...(token && { token }) }),
    /** Runs a verb that takes `--admin`. */
    yard: (t: Test, ...args: readonly string[]) => runYard(t, t.testdirName, ...args, '--admin', adminUrl),
  }
}
