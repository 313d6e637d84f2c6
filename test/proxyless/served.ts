// The control plane of a row, in this process. `killable.ts` has it as a process.

import { RestClient } from '../../api/client.ts'
import { type ControlPlaneOptions, startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'

export interface PutOptions {
  /** Whether to wait for the ACKs of the nodes. Default: yes. */
  readonly wait?: boolean
}

export interface ServedControlPlane {
  /** As clients dial it. */
  readonly xdsAddress: string
  readonly api: RestClient
  /** Writes a whole document; resolves when it is in force. @throws SwitchyardError with Envoy's or gRPC's text if a node NACKs it */
  readonly put: (document: object, options?: PutOptions) => Promise<void>
  readonly close: () => Promise<void>
}

export async function openServed(
  document: object,
  options: Pick<ControlPlaneOptions, 'xdsTls' | 'secretsFolder'> = {},
): Promise<ServedControlPlane> {
  const address = '127.0.0.1:0'
  const config = validateConfig(document)
  const running = await startControlPlane({ ...options, config, admin: address, xds: address })
  const api = new RestClient({ url: running.adminUrl })
  return {
    xdsAddress: running.xdsAddress,
    api,
    put: async (next, { wait = true } = {}) => void (await api.putConfig(next, wait ? {} : { wait: false })),
    close: () => running.close(),
  }
}
