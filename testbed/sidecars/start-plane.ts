// Starts a control plane that serves xDS on a Unix socket: Envoys in any network namespace reach it, and share no network for it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { RestClient } from '../../api/client.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { SECRETS, writeCertificates } from '../certificates/folder.ts'
import { startControlPlane } from '../control-plane.ts'
import { SECRETS as SECRET_FILES } from '../mesh/mesh-document.ts'
import { readToken } from '../token-file.ts'

export interface SidecarPlane {
  readonly rest: RestClient
  /** `unix:/PATH` */
  readonly xds: string
  /** Short enough for sockets of Envoys; removed with the group. */
  readonly folder: string
}

/** Parts are added over REST. A replaced listener closes its connections after this time. */
const DRAIN_SECONDS = 1

/** @throws SwitchyardError `process-failed` with the end of its log, if it does not start */
export async function startSidecarPlane(group: ProcessGroup): Promise<SidecarPlane> {
  // The path of a socket has at most 107 bytes, and folders of results may be deep.
  const folder = await mkdtemp('/tmp/sidecars-')
  group.ending.addEventListener('abort', () => void rm(folder, { recursive: true, force: true }))
  await writeCertificates(folder)
  const configFile = join(folder, 'document.yaml')
  await writeFile(
    configFile,
    stringify({ version: 1, upstreams: {}, routes: {}, secrets: SECRET_FILES, fleets: {} }),
  )
  const { adminUrl, tokensFile, xdsAddress } = await startControlPlane(group, folder, {
    ...{ configFile, admin: '127.0.0.1:0', xds: `unix:${join(folder, 'xds.sock')}` },
    ...{ secrets: join(folder, SECRETS), drainSeconds: DRAIN_SECONDS },
  })
  const rest = new RestClient({ url: adminUrl, token: await readToken(tokensFile, 'operator') })
  return { rest, xds: xdsAddress, folder }
}
