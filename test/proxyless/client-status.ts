// What a client says that it has: the client status discovery service of its admin port.
// https://github.com/grpc/proposal/blob/master/A40-csds-support.md

import { ClientResourceStatus } from '@envoy/xds-protos/envoy/admin/v3/config_dump_shared_pb.js'
import { ClientStatusDiscoveryService } from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import { createClient } from '../../services/rpc/index.ts'

export interface HeldResource {
  readonly typeUrl: string
  readonly name: string
  readonly version: string
  /** Such as ACKED. */
  readonly status: string
  /** Why it was NACKED, if it was. */
  readonly error?: string
}

/** @param admin `HOST:PORT` of the client's admin services */
export async function readClientStatus(admin: string): Promise<readonly HeldResource[]> {
  const client = createClient(ClientStatusDiscoveryService, admin)
  try {
    const { config } = await client.fetchClientStatus({})
    return config
      .flatMap(({ genericXdsConfigs }) => genericXdsConfigs)
      .map(({ typeUrl, name, versionInfo, clientStatus, errorState }) => ({
        typeUrl,
        name,
        version: versionInfo,
        status: ClientResourceStatus[clientStatus],
        ...(errorState && { error: errorState.details }),
      }))
  } finally {
    client.close()
  }
}
