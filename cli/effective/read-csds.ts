// Asks a gRPC program what it has, by CSDS on its admin port.
// https://github.com/grpc/proposal/blob/master/A40-csds-support.md

import { ClientResourceStatus } from '@envoy/xds-protos/envoy/admin/v3/config_dump_shared_pb.js'
import {
  type ClientConfig,
  type ClientConfig_GenericXdsConfig,
  ClientStatusDiscoveryService,
} from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { createClient } from '../../services/rpc/index.ts'
import type { HeldConfig, HeldResource, HeldState } from './held-resource.ts'
import { contentOfAny } from './read-messages.ts'

const ANSWER_TIMEOUT_MS = 10_000

const STATES: Readonly<Record<ClientResourceStatus, HeldState>> = {
  [ClientResourceStatus.UNKNOWN]: 'requested',
  [ClientResourceStatus.REQUESTED]: 'requested',
  [ClientResourceStatus.DOES_NOT_EXIST]: 'absent',
  [ClientResourceStatus.ACKED]: 'active',
  [ClientResourceStatus.NACKED]: 'active',
  [ClientResourceStatus.RECEIVED_ERROR]: 'active',
  [ClientResourceStatus.TIMEOUT]: 'absent',
}

/**
 * One for each xDS client of the program: some languages have one for each target.
 * @param address `HOST:PORT`
 * @throws SwitchyardError `unreachable` if nothing serves CSDS there
 */
export async function readCsds(address: string): Promise<readonly HeldConfig[]> {
  const client = createClient(ClientStatusDiscoveryService, address)
  try {
    const { config } = await client.fetchClientStatus({}, { deadline: Date.now() + ANSWER_TIMEOUT_MS })
    return config.map((one) => toHeldConfig(one, address))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError(
      'unreachable',
      `${address} does not answer CSDS: ${reason}. Check that the program adds the admin services of gRPC to a server at this address`,
      { cause },
    )
  } finally {
    client.close()
  }
}

function toHeldConfig({ node, clientScope, genericXdsConfigs }: ClientConfig, source: string): HeldConfig {
  return {
    node: node?.id ?? '',
    fleet: node?.cluster ?? '',
    source,
    ...(clientScope !== '' && { scope: clientScope }),
    takesAll: false,
    resources: genericXdsConfigs.map(toHeld),
  }
}

function toHeld(config: ClientConfig_GenericXdsConfig): HeldResource {
  const { name, versionInfo, clientStatus, xdsConfig, errorState } = config
  const content = xdsConfig && contentOfAny(xdsConfig)
  const isNacked = clientStatus === ClientResourceStatus.NACKED
  return {
    typeUrl: withHost(config.typeUrl),
    name,
    state: stateOf(clientStatus, content !== undefined),
    ...(versionInfo !== '' && { version: versionInfo }),
    ...(content !== undefined && { content }),
    ...(isNacked && { nack: { message: errorState?.details ?? '', version: errorState?.versionInfo ?? '' } }),
  }
}

/** After an error of the control plane a client goes on with what it had, if it had anything. */
function stateOf(status: ClientResourceStatus, hasContent: boolean): HeldState {
  if (status === ClientResourceStatus.RECEIVED_ERROR && !hasContent) return 'absent'
  return STATES[status] ?? 'requested'
}

/** grpc-js says `envoy.config.cluster.v3.Cluster`, and the others say it with the host. */
function withHost(typeUrl: string): string {
  return typeUrl.includes('/') ? typeUrl : `type.googleapis.com/${typeUrl}`
}
