// Starts what the example page needs: a testbed whose Envoy lets pages call, and a server for the page.

import { join } from 'node:path'
import { SwitchyardError } from '../../core/errors.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { fetchToken } from '../../testbed/issuer.ts'
import { AUDIENCE } from '../../testbed/security.ts'
import { startTestbed } from '../../testbed/testbed.ts'
import { buildPage } from './build.ts'
import { serveFolder } from './serve-folder.ts'

const FLEET = 'edge'
const HOUR = 3_600

export interface ExampleOptions {
  /** Whether calls need a token. */
  readonly jwt: boolean
  /** Called with a line for each part that has started. */
  readonly onProgress?: (line: string) => void
}

export interface Example {
  /** Of the page, with the address of the Envoy in its query. */
  readonly url: string
  /** With `jwt`: one that the Envoy accepts. */
  readonly token?: string
}

/** All of it ends with the group. @throws SwitchyardError `process-failed` if a part does not start */
export async function startExample(
  group: ProcessGroup,
  folder: string,
  { jwt, onProgress = () => {} }: ExampleOptions,
): Promise<Example> {
  const pages = join(folder, 'page')
  const [testbed] = await Promise.all([
    startTestbed(group, {
      folder: join(folder, 'testbed'),
      // One backend, because each has a key-value store of its own, and the chat is in there.
      ...{ fleets: new Map([[FLEET, 1]]), backends: 1, security: jwt, mtls: jwt, onProgress },
    }),
    buildPage(pages),
  ])
  const server = await serveFolder(pages)
  group.ending.addEventListener('abort', () => void server.close())
  await testbed.rest.patchConfig({
    fleets: {
      [FLEET]: {
        lb: { mode: 'l7' },
        filters: {
          grpcWeb: { enabled: true },
          cors: { enabled: true, origins: [server.origin], headers: ['authorization'] },
        },
        ...(jwt && { security: { jwt: { enabled: true } } }),
      },
    },
  })
  const target = testbed.fleets.get(FLEET)?.[0]?.target
  if (target === undefined) throw new SwitchyardError('internal', 'the testbed has no Envoy')
  const url = `${server.origin}/?target=http://${target}`
  const tokens = testbed.security?.issuer.tokens
  if (tokens === undefined) return { url }
  return { url, token: await fetchToken(tokens, { subject: 'reader', audience: AUDIENCE, lifetime: HOUR }) }
}
